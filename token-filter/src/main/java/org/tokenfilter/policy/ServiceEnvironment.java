package org.tokenfilter.policy;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.tokenfilter.memory.MemoryBudget;
import org.tokenfilter.notice.OperatorLog;

/**
 * The runtime environment of a token service: clocks, randomness, threads and memory.
 *
 * @param clock the clock that decides about deadlines; it must never run backwards
 * @param nanoTime the monotonic clock that measures durations, in nanoseconds, such as {@link
 *     System#nanoTime()}
 * @param random the source of secrets
 * @param executor the executor of the listeners, which must run one event after the other
 * @param operatorLog the notices for operators
 * @param memory the heap that caches and buffers may use
 */
public record ServiceEnvironment(
    Clock clock,
    LongSupplier nanoTime,
    SecureRandom random,
    Executor executor,
    OperatorLog operatorLog,
    MemoryBudget memory) {

  /** Creates an environment with its own notices and the default memory budget. */
  public ServiceEnvironment(
      Clock clock, LongSupplier nanoTime, SecureRandom random, Executor executor) {
    this(
        clock,
        nanoTime,
        random,
        executor,
        new OperatorLog(nanoTime),
        MemoryBudget.ofHeap(MemoryBudget.DEFAULT_PERCENT));
  }
}
