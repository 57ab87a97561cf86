package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The invariants of a cluster whose calls are late, lost, doubled or held back, and whose clocks
 * differ. No token is accepted later than the lag after its revocation, nor a session later than
 * the lag after that of its user token. No token is rejected that was used in time, nor a user
 * token one of whose sessions was. No token is revived, and no use is lost that had the time to be
 * written. A token is refreshed for one successor, and no group exceeds its limit. None of this
 * depends on hints from the store. {@code -Dsimulation.seeds=5000} runs more than an ordinary
 * build.
 */
class SimulationTest {

  private static final int SEEDS = Integer.getInteger("simulation.seeds", 200);

  /** Some defects show in only one run of a hundred, since they need a narrow race. */
  private static final int SEEDS_FOR_A_DEFECT = 10 * SEEDS;

  @Test
  void allInvariantsHold() {
    List<String> wrong =
        LongStream.rangeClosed(1, SEEDS)
            .parallel()
            .mapToObj(SimulationTest::violationsOf)
            .flatMap(List::stream)
            .toList();

    assertThat(wrong).isEmpty();
  }

  private static List<String> violationsOf(long seed) {
    return new Simulation(seed, SimulatedDefect.NONE)
        .run().stream().map(what -> "seed " + seed + ": " + what).toList();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void everyDefectIsDetected(SimulatedDefect defect) {
    long seed = 1;
    List<String> wrong = List.of();
    while (wrong.isEmpty() && seed <= SEEDS_FOR_A_DEFECT) {
      wrong = new Simulation(seed++, defect).run();
    }
    assertThat(wrong).as("%s within %d runs", defect, SEEDS_FOR_A_DEFECT).isNotEmpty();
  }

  /** Otherwise a seed would not be enough to repeat a failure. */
  @Test
  void sameSeedRepeatsTheRun() {
    for (SimulatedDefect defect : SimulatedDefect.values()) {
      assertThat(new Simulation(17, defect).run()).isEqualTo(new Simulation(17, defect).run());
    }
  }
}
