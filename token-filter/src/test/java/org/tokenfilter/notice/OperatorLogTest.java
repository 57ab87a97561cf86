package org.tokenfilter.notice;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.testsupport.LogLines;

final class OperatorLogTest {

  private static final Logger LOG = LoggerFactory.getLogger(OperatorLogTest.class);

  private final AtomicLong nanos = new AtomicLong(-5);
  private final OperatorLog operatorLog = new OperatorLog(nanos::get);

  @Test
  void writesAWarningOncePerInterval() {
    try (LogLines lines = warnings()) {
      refuse(3);
      advance(OperatorLog.INTERVAL.minusNanos(1));
      refuse(1);

      assertThat(lines.lines()).containsExactly("WARN refused: a reason");
    }
  }

  @Test
  void nextWarningCountsTheSuppressedOnes() {
    try (LogLines lines = warnings()) {
      refuse(8);
      advance(OperatorLog.INTERVAL);
      refuse(2);
      advance(OperatorLog.INTERVAL);
      refuse(1);
      advance(OperatorLog.INTERVAL);
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
  void separatesCauses() {
    try (LogLines lines = warnings()) {
      operatorLog.warn(LOG, "one", "one");
      operatorLog.warn(LOG, "another", "another");

      assertThat(lines.lines()).containsExactly("WARN one", "WARN another");
    }
  }

  @Test
  void logsFailureAndRecovery() {
    try (LogLines lines = warnings()) {
      operatorLog.reportRecovery(LOG, "store", "the store answers again");
      fail(1_000);
      operatorLog.reportRecovery(LOG, "store", "the store answers again");
      operatorLog.reportRecovery(LOG, "store", "the store answers again");

      assertThat(lines.lines())
          .containsExactly(
              "WARN the store does not answer: java.lang.IllegalStateException: away",
              "WARN the store answers again (1000 failures)");
    }
  }

  @Test
  void logsNextOutageLikeTheFirst() {
    try (LogLines lines = warnings()) {
      fail(2);
      operatorLog.reportRecovery(LOG, "store", "again");
      advance(OperatorLog.INTERVAL);
      fail(1);

      assertThat(lines.lines()).hasSize(3).endsWith(lines.lines().get(0));
    }
  }

  /** Such an outage occurs if the cache still serves some tokens while the store fails. */
  @Test
  void limitsLinesOfIntermittentOutage() {
    try (LogLines lines = warnings()) {
      for (int i = 0; i < 1_000; i++) {
        fail(1);
        operatorLog.reportRecovery(LOG, "store", "again");
      }
      assertThat(lines.lines()).hasSize(2);
      advance(OperatorLog.INTERVAL);
      fail(1);
      operatorLog.reportRecovery(LOG, "store", "again");

      assertThat(lines.lines()).hasSize(4).last().isEqualTo("WARN again (1000 failures)");
    }
  }

  /** The outage starts too soon after the previous one to be logged at once. */
  @Test
  void logsShortOutageAfterTheInterval() {
    try (LogLines lines = warnings()) {
      fail(1);
      operatorLog.reportRecovery(LOG, "store", "again");
      advance(Duration.ofSeconds(10));
      fail(7);
      advance(Duration.ofSeconds(40));
      assertThat(operatorLog.reportRecovery(LOG, "store", "again")).isFalse();
      assertThat(lines.take()).hasSize(2);

      advance(Duration.ofSeconds(10));
      assertThat(operatorLog.reportRecovery(LOG, "store", "again")).isTrue();
      assertThat(operatorLog.reportRecovery(LOG, "store", "again")).isTrue();
      assertThat(lines.take()).containsExactly("WARN again (7 failures)");

      advance(OperatorLog.INTERVAL);
      operatorLog.reportRecovery(LOG, "store", "again");
      assertThat(lines.take()).isEmpty();
    }
  }

  @Test
  void inventedCausesFillNeitherMemoryNorTheLog() {
    try (LogLines lines = warnings()) {
      IntStream.range(0, 5_000).forEach(i -> operatorLog.warn(LOG, "cause " + i, "refused"));

      assertThat(lines.lines()).hasSize(1_001);
    }
  }

  private static LogLines warnings() {
    return new LogLines(OperatorLogTest.class.getName(), Level.INFO);
  }

  private void refuse(int times) {
    for (int i = 0; i < times; i++) {
      operatorLog.warn(LOG, "refused", "refused: {}", "a reason");
    }
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      operatorLog.reportFailure(
          LOG, "store", "the store does not answer", new IllegalStateException("away"));
    }
  }

  private void advance(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
