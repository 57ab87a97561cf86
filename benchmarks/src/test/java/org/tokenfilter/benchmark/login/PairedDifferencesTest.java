package org.tokenfilter.benchmark.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairedDifferencesTest {

  @Test
  void differencesOfOneSignAreSignificant() {
    PairedDifferences differences =
        PairedDifferences.of(IntStream.rangeClosed(1, 20).asDoubleStream().toArray());
    assertThat(differences.median()).isEqualTo(10.5);
    // W = 210, of mean 105 and standard deviation 26.786: z = 3.9199.
    assertThat(differences.p()).isCloseTo(8.858e-5, within(1e-7));
    assertThat(differences.low()).isBetween(4.0, 6.0);
    assertThat(differences.high()).isBetween(15.0, 17.0);
  }

  @Test
  void balancedDifferencesAreNotSignificant() {
    PairedDifferences differences =
        PairedDifferences.of(
            IntStream.rangeClosed(1, 40)
                .mapToDouble(i -> i % 2 == 0 ? i / 2 : -(i + 1) / 2)
                .toArray());
    assertThat(differences.median()).isZero();
    assertThat(differences.p()).isCloseTo(1, within(1e-6));
    assertThat(differences.low()).isNegative().isEqualTo(-differences.high());
  }

  @Test
  void zeroDifferencesGiveZero() {
    assertThat(PairedDifferences.of(new double[30])).isEqualTo(new PairedDifferences(0, 0, 0, 1));
  }

  @Test
  void refusesTooFewDifferences() {
    assertThatIllegalArgumentException().isThrownBy(() -> PairedDifferences.of(new double[19]));
  }
}
