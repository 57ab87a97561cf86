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
public record ServerUse(long cpuNanos, long allocatedBytes) {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Returns the resources used so far by all live threads except the given ones. */
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
