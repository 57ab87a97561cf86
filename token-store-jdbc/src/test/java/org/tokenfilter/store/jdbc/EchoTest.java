package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.jdbc.Echo.Verdict.DEAF;
import static org.tokenfilter.store.jdbc.Echo.Verdict.HEARS;
import static org.tokenfilter.store.jdbc.Echo.Verdict.UNKNOWN;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenStoreException;

class EchoTest {

  private static final Duration MOMENT = Duration.ofMillis(1);

  private final List<String> told = new ArrayList<>();
  private long nanoTime = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();
  private boolean broken;
  private final Echo echo = new Echo(this::tell, () -> nanoTime);

  @Test
  void wordIsToldAtOnceAndNothingIsKnownUntilItIsHeard() {
    assertThat(echo.verdict()).isEqualTo(UNKNOWN);
    assertThat(told).hasSize(1);

    assertThat(echo.hears(told.get(0))).isTrue();
    assertThat(echo.verdict()).isEqualTo(HEARS);
    assertThat(told).hasSize(1);
  }

  @Test
  void wordThatIsNotHeardInTimeIsDeafness() {
    echo.verdict();
    pass(Echo.PATIENCE);
    assertThat(echo.verdict()).isEqualTo(UNKNOWN);
    pass(MOMENT);
    assertThat(echo.verdict()).isEqualTo(DEAF);
  }

  @Test
  void everyMinuteItIsProvedAgain() {
    echo.verdict();
    echo.hears(told.get(0));
    pass(Echo.INTERVAL.minus(MOMENT));
    echo.verdict();
    assertThat(told).hasSize(1);

    pass(MOMENT);
    assertThat(echo.verdict()).isEqualTo(HEARS);
    assertThat(told).doesNotHaveDuplicates().hasSize(2);

    pass(Echo.PATIENCE.plus(MOMENT));
    assertThat(echo.verdict()).isEqualTo(DEAF);
  }

  @Test
  void wordOfAnotherNodeOrAnEarlierOneProvesNothingAndIsNoEnd() {
    Echo other = new Echo(this::tell, () -> nanoTime);
    other.verdict();
    echo.verdict();

    assertThat(echo.hears(told.get(0))).isTrue();
    assertThat(echo.verdict()).isEqualTo(UNKNOWN);
    assertThat(echo.hears("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE")).isFalse();
    assertThat(echo.verdict()).isEqualTo(UNKNOWN);
  }

  @Test
  void wordThatCannotBeToldProvesNothing() {
    broken = true;
    assertThat(echo.verdict()).isEqualTo(UNKNOWN);
    pass(Echo.PATIENCE.plus(MOMENT));
    assertThat(echo.verdict()).isEqualTo(UNKNOWN);

    broken = false;
    pass(Echo.INTERVAL);
    assertThat(echo.verdict()).isEqualTo(UNKNOWN);
    assertThat(told).hasSize(1);
  }

  private void tell(String word) {
    if (broken) {
      throw new TokenStoreException("the database is away", null, true);
    }
    told.add(word);
  }

  private void pass(Duration time) {
    nanoTime += time.toNanos();
  }
}
