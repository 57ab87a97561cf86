package org.tokenfilter.benchmark.load;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Set;

/**
 * What all Java threads but some have used. The JVM's own threads, which collect garbage and
 * compile, are not among them.
 *
 * @param cpuNanos CPU time, in nanoseconds
 * @param allocatedBytes allocated heap
 */
public record ServerUse(long cpuNanos, long allocatedBytes) {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Until now, by all threads that live but these. */
  static ServerUse now(Set<Long> others) {
    long cpu = 0;
    long allocated = 0;
    for (long id : THREADS.getAllThreadIds()) {
      if (!others.contains(id)) {
        cpu += Math.max(0, THREADS.getThreadCpuTime(id));
        allocated += Math.max(0, THREADS.getThreadAllocatedBytes(id));
      }
    }
    return new ServerUse(cpu, allocated);
  }

  ServerUse plus(ServerUse other) {
    return new ServerUse(cpuNanos + other.cpuNanos, allocatedBytes + other.allocatedBytes);
  }

  ServerUse since(ServerUse earlier) {
    return new ServerUse(cpuNanos - earlier.cpuNanos, allocatedBytes - earlier.allocatedBytes);
  }
}
