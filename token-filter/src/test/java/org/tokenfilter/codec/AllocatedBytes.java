package org.tokenfilter.codec;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Measures in bytes what must not cost much, where a time would depend on the machine. */
final class AllocatedBytes {

  private AllocatedBytes() {}

  /** What this thread allocates; classes are loaded and paths taken once before. */
  static long by(Runnable action) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 5; i++) {
      action.run();
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    action.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
