package org.tokenfilter.benchmark.login;

import java.util.Arrays;

/**
 * The statistics of paired measurements, without an assumption about their distribution.
 *
 * @param median the median of the differences
 * @param low the lower bound of the 95 % confidence interval of the median
 * @param high the upper bound of that interval
 * @param p the probability of ranks at least as uneven as these if there was no difference:
 *     Wilcoxon's signed-rank test, two-sided, by its normal approximation
 */
record PairedDifferences(double median, double low, double high, double p) {

  /** The minimum number of pairs for the normal approximation. */
  private static final int MIN_PAIRS = 20;

  /** The number of standard deviations to both sides that hold 95 % of a normal distribution. */
  private static final double Z_95 = 1.959964;

  /**
   * Returns the statistics of differences, in any order.
   *
   * @throws IllegalArgumentException if there are too few
   */
  static PairedDifferences of(double... differences) {
    if (differences.length < MIN_PAIRS) {
      throw new IllegalArgumentException("at least " + MIN_PAIRS + " pairs are needed");
    }
    double[] sorted = differences.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    int margin = (int) Math.ceil(Z_95 * Math.sqrt(n) / 2);
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    return new PairedDifferences(
        median,
        sorted[Math.max(0, n / 2 - margin - 1)],
        sorted[Math.min(n - 1, (n - 1) / 2 + margin + 1)],
        wilcoxon(differences));
  }

  private static double wilcoxon(double... differences) {
    double[] nonZero = Arrays.stream(differences).filter(d -> d != 0).toArray();
    int n = nonZero.length;
    if (n == 0) {
      return 1;
    }
    double[] sizes = Arrays.stream(nonZero).map(Math::abs).sorted().toArray();
    double positive = 0;
    for (double difference : nonZero) {
      if (difference > 0) {
        positive += rank(sizes, difference);
      }
    }
    double mean = n * (n + 1.0) / 4;
    double deviation = Math.sqrt(n * (n + 1.0) * (2.0 * n + 1) / 24);
    return 2 * upperTail(Math.abs(positive - mean) / deviation);
  }

  /** Returns the rank of a size, starting at 1. Equal sizes share the mean of their ranks. */
  private static double rank(double[] sorted, double size) {
    int at = Arrays.binarySearch(sorted, size);
    int first = at;
    int last = at;
    while (first > 0 && sorted[first - 1] == size) {
      first--;
    }
    while (last < sorted.length - 1 && sorted[last + 1] == size) {
      last++;
    }
    return (first + last) / 2.0 + 1;
  }

  /**
   * Returns the upper tail of the normal distribution: Abramowitz and Stegun, 26.2.17, to 7.5e-8.
   */
  private static double upperTail(double z) {
    double t = 1 / (1 + 0.2316419 * z);
    double density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    double sum = 0;
    for (double b :
        new double[] {1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530}) {
      sum = (sum + b) * t;
    }
    return density * sum;
  }
}
