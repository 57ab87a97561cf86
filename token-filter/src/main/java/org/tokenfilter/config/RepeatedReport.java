package org.tokenfilter.config;

import org.jspecify.annotations.Nullable;

/** Reports a problem when it begins, when it changes, and now and then while it lasts. */
final class RepeatedReport {

  private final int every;
  private @Nullable String problem;
  private int times;

  /**
   * Nothing is wrong yet.
   *
   * @param every of so many times that it is the same problem, one is reported
   */
  RepeatedReport(int every) {
    this.every = every;
  }

  void report(String what, Runnable line) {
    if (!what.equals(problem)) {
      problem = what;
      times = 0;
    }
    if (times++ % every == 0) {
      line.run();
    }
  }

  /** It is over; reported if it ever was. */
  void over(Runnable line) {
    if (problem != null) {
      problem = null;
      line.run();
    }
  }
}
