package org.tokenfilter.benchmark.login;

import java.util.Arrays;

/**
 * What pairs of measurements say of their difference, without a guess at how it is distributed.
 *
 * @param median of the differences
 * @param low below the median of all such differences, in 95 of 100 such samples
 * @param high above it, likewise
 * @param p how probable ranks as uneven as these, or more so, were if there was no difference:
 *     Wilcoxon's signed-rank test, two-sided, by its normal approximation
 */
record PairedDifferences(double median, double low, double high, double p) {

  /** With fewer, the approximation is none. */
  private static final int FEWEST = 20;

  /** So many standard deviations to both sides hold 95 % of a normal distribution. */
  private static final double Z_95 = 1.959964;

  /** Of these, in any order. */
  static PairedDifferences of(double... differences) {
    if (differences.length < FEWEST) {
      throw new IllegalArgumentException("at least " + FEWEST + " pairs are needed");
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

  /** From 1; equal ones share the mean of their ranks. */
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

  /** Of the normal distribution: Abramowitz and Stegun, 26.2.17, to 7.5e-8. */
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
