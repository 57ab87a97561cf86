package org.tokenfilter.config;

import org.jspecify.annotations.Nullable;

/**
 * A report of a problem when it starts, when it changes, and repeatedly while it lasts. Not
 * thread-safe.
 */
final class RepeatedReport {

  private final int every;
  private @Nullable String problem;
  private int times;

  /**
   * Creates a report without a problem.
   *
   * @param every the number of occurrences of the same problem per reported one; at least 1
   */
  RepeatedReport(int every) {
    this.every = every;
  }

  /** Reports a problem; runs the action if the problem is new or due again. */
  void report(String what, Runnable line) {
    if (!what.equals(problem)) {
      problem = what;
      times = 0;
    }
    if (times++ % every == 0) {
      line.run();
    }
  }

  /** Ends the problem; runs the action if there was one. */
  void resolved(Runnable line) {
    if (problem != null) {
      problem = null;
      line.run();
    }
  }
}
