package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever is late, lost, doubled or held back, and whatever the clocks say: no token is accepted
 * later than the lag after its end, nor a session after its user token's; none is refused that was
 * used in time, nor a user token one of whose sessions was; nothing is revived, and no use is lost
 * that had the time to be written. A token is exchanged for one successor, and no group exceeds its
 * limit. Nothing of it depends on what the store tells unasked. {@code -Dsimulation.seeds=5000}
 * runs more than an ordinary build.
 */
class SimulationTest {

  private static final int SEEDS = Integer.getInteger("simulation.seeds", 200);

  /** Some defects show in one run of a hundred: it takes a narrow race to meet them. */
  private static final int SEEDS_FOR_A_DEFECT = 10 * SEEDS;

  @Test
  void whatIsPromisedIsKept() {
    List<String> wrong =
        LongStream.rangeClosed(1, SEEDS)
            .parallel()
            .mapToObj(SimulationTest::wrongIn)
            .flatMap(List::stream)
            .toList();

    assertThat(wrong).isEmpty();
  }

  private static List<String> wrongIn(long seed) {
    return new Simulation(seed, Defect.NONE)
        .run().stream().map(what -> "seed " + seed + ": " + what).toList();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aDefectIsSeen(Defect defect) {
    long seed = 1;
    List<String> wrong = List.of();
    while (wrong.isEmpty() && seed <= SEEDS_FOR_A_DEFECT) {
      wrong = new Simulation(seed++, defect).run();
    }
    assertThat(wrong).as("%s within %d runs", defect, SEEDS_FOR_A_DEFECT).isNotEmpty();
  }

  /** Else a number would not be enough to see a failure again. */
  @Test
  void aRunIsRepeatedByItsNumber() {
    for (Defect defect : Defect.values()) {
      assertThat(new Simulation(17, defect).run()).isEqualTo(new Simulation(17, defect).run());
    }
  }
}
