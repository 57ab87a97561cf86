package org.tokenfilter.codec;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Measures in bytes what must not cost much, where a time would depend on the machine. */
final class AllocatedBytes {

  private AllocatedBytes() {}

  /**
   * What this thread allocates at the least, in the steady state: classes are loaded and paths
   * taken once before, and what the platform makes once in a while for itself is not the action's.
   */
  static long by(Runnable action) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 5; i++) {
      action.run();
    }
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      action.run();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
