package org.tokenfilter.notice;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.LogLines;

final class NoticesTest {

  private static final Logger LOG = LoggerFactory.getLogger(NoticesTest.class);

  private final AtomicLong nanos = new AtomicLong(-5);
  private final Notices notices = new Notices(nanos::get);

  @Test
  void aWarningIsWrittenOnceAnInterval() {
    try (LogLines lines = warnings()) {
      refuse(3);
      pass(Notices.INTERVAL.minusNanos(1));
      refuse(1);

      assertThat(lines.lines()).containsExactly("WARN refused: a reason");
    }
  }

  @Test
  void theNextOneCountsWhatWasLeftOut() {
    try (LogLines lines = warnings()) {
      refuse(8);
      pass(Notices.INTERVAL);
      refuse(2);
      pass(Notices.INTERVAL);
      refuse(1);
      pass(Notices.INTERVAL);
      refuse(1);

      assertThat(lines.lines())
          .containsExactly(
              "WARN refused: a reason",
              "WARN refused: a reason (7 more of this kind since the last such line)",
              "WARN refused: a reason (1 more of this kind since the last such line)",
              "WARN refused: a reason");
    }
  }

  @Test
  void causesAreToldApart() {
    try (LogLines lines = warnings()) {
      notices.warn(LOG, "one", "one");
      notices.warn(LOG, "another", "another");

      assertThat(lines.lines()).containsExactly("WARN one", "WARN another");
    }
  }

  @Test
  void anOutageHasTwoLines() {
    try (LogLines lines = warnings()) {
      notices.works(LOG, "store", "the store answers again");
      fail(1_000);
      notices.works(LOG, "store", "the store answers again");
      notices.works(LOG, "store", "the store answers again");

      assertThat(lines.lines())
          .containsExactly(
              "WARN the store does not answer: java.lang.IllegalStateException: away",
              "WARN the store answers again (1000 failures)");
    }
  }

  @Test
  void theNextOutageIsToldAsTheFirstWas() {
    try (LogLines lines = warnings()) {
      fail(2);
      notices.works(LOG, "store", "again");
      pass(Notices.INTERVAL);
      fail(1);

      assertThat(lines.lines()).hasSize(3).endsWith(lines.lines().get(0));
    }
  }

  /** As where memory still answers for some tokens, and the store for none. */
  @Test
  void anOutageWithSuccessesInBetweenFillsNoLog() {
    try (LogLines lines = warnings()) {
      for (int i = 0; i < 1_000; i++) {
        fail(1);
        notices.works(LOG, "store", "again");
      }
      assertThat(lines.lines()).hasSize(2);
      pass(Notices.INTERVAL);
      fail(1);
      notices.works(LOG, "store", "again");

      assertThat(lines.lines()).hasSize(4).last().isEqualTo("WARN again (1000 failures)");
    }
  }

  /** It began too soon after the one before to be told at once. */
  @Test
  void anOutageThatIsOverWithinTheMinuteIsToldAfterIt() {
    try (LogLines lines = warnings()) {
      fail(1);
      notices.works(LOG, "store", "again");
      pass(Duration.ofSeconds(10));
      fail(7);
      pass(Duration.ofSeconds(40));
      assertThat(notices.works(LOG, "store", "again")).isFalse();
      assertThat(lines.take()).hasSize(2);

      pass(Duration.ofSeconds(10));
      assertThat(notices.works(LOG, "store", "again")).isTrue();
      assertThat(notices.works(LOG, "store", "again")).isTrue();
      assertThat(lines.take()).containsExactly("WARN again (7 failures)");

      pass(Notices.INTERVAL);
      notices.works(LOG, "store", "again");
      assertThat(lines.take()).isEmpty();
    }
  }

  @Test
  void causesThatAreMadeUpFillNeitherMemoryNorTheLog() {
    try (LogLines lines = warnings()) {
      IntStream.range(0, 5_000).forEach(i -> notices.warn(LOG, "cause " + i, "refused"));

      assertThat(lines.lines()).hasSize(1_001);
    }
  }

  private static LogLines warnings() {
    return new LogLines(NoticesTest.class.getName(), Level.INFO);
  }

  private void refuse(int times) {
    for (int i = 0; i < times; i++) {
      notices.warn(LOG, "refused", "refused: {}", "a reason");
    }
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      notices.failing(LOG, "store", "the store does not answer", new IllegalStateException("away"));
    }
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
