package org.tokenfilter.codec;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** A measurement of cost in allocated bytes, since a time would depend on the machine. */
final class AllocatedBytes {

  private AllocatedBytes() {}

  /**
   * Returns the fewest bytes that this thread allocates in a run of the action, after runs that
   * load classes. The minimum excludes allocations that the platform makes now and then for itself.
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
