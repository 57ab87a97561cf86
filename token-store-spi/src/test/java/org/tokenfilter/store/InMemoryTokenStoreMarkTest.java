package org.tokenfilter.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The marks (S22). */
class InMemoryTokenStoreMarkTest {

  private static final Duration TICK = Duration.ofMillis(1);
  private static final Duration RETENTION = Duration.ofHours(1);

  private final Instant start = Instant.parse("2026-03-01T12:00:00Z");
  private final Instant end = start.plusSeconds(60);
  private final TokenStore store = new InMemoryTokenStore(new SettableClock(), RETENTION);

  @Test
  void s22_markIsGivenOnceUntilItsEnd() {
    assertThat(store.marked("name", start)).isFalse();
    assertThat(store.mark("name", end, start)).isTrue();
    assertThat(store.mark("name", end.plus(TICK), end.minus(TICK))).isFalse();
    assertThat(store.marked("name", end.minus(TICK))).isTrue();
    assertThat(store.marked("name", end)).isFalse();
    assertThat(store.mark("name", end.plus(TICK), end)).isTrue();
    assertThat(store.marked("name", end)).isTrue();
    assertThat(store.mark("Name", end, start)).isTrue();
  }

  @Test
  void s22_unfitMarkIsRefused() {
    for (String name : List.of("", "x".repeat(256), "a\0b", "a\ud83d")) {
      assertThatIllegalArgumentException().isThrownBy(() -> store.mark(name, end, start));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> store.mark("name", start, start));
    assertThat(store.marked("name", start.minus(TICK))).isFalse();
  }

  @Test
  void s22_sweepForgetsEndedMarksOnly() {
    store.mark("ended", end, start);
    store.mark("set", end.plus(TICK), start);

    store.sweep(0, end.plus(TICK), end.plus(TICK), 9);

    assertThat(store.marked("ended", start)).isFalse();
    assertThat(store.marked("set", start)).isTrue();
  }

  @Test
  void s22_marksAreForgottenWithoutASweep() {
    store.mark("ended", end, start);

    store.mark("other", end.plus(RETENTION).plusSeconds(1), end.plus(RETENTION));
    assertThat(store.marked("ended", start)).isTrue();
    store.mark("another", end.plus(RETENTION).plusSeconds(1), end.plus(RETENTION).plus(TICK));
    assertThat(store.marked("ended", start)).isFalse();
  }
}
