package org.tokenfilter.benchmark.load;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Set;

/**
 * The resources that all Java threads except some have used. The JVM's internal threads, which
 * collect garbage and compile, are not included.
 *
 * @param cpuNanos the CPU time, in nanoseconds
 * @param allocatedBytes the allocated heap, in bytes
 */
public record ServerUsage(long cpuNanos, long allocatedBytes) {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Returns the resources used so far by all live threads except the given ones. */
  static ServerUsage now(Set<Long> others) {
    long cpu = 0;
    long allocated = 0;
    for (long id : THREADS.getAllThreadIds()) {
      if (!others.contains(id)) {
        cpu += Math.max(0, THREADS.getThreadCpuTime(id));
        allocated += Math.max(0, THREADS.getThreadAllocatedBytes(id));
      }
    }
    return new ServerUsage(cpu, allocated);
  }

  ServerUsage plus(ServerUsage other) {
    return new ServerUsage(cpuNanos + other.cpuNanos, allocatedBytes + other.allocatedBytes);
  }

  ServerUsage minus(ServerUsage earlier) {
    return new ServerUsage(cpuNanos - earlier.cpuNanos, allocatedBytes - earlier.allocatedBytes);
  }
}
