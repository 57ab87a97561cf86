package org.tokenfilter.service;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.tokenfilter.notice.Notices;

/**
 * What a service takes from the machine that it runs on.
 *
 * @param clock judges; must never run backwards: {@link ForwardClock}
 * @param nanoTime measures, as {@link System#nanoTime()} does
 * @param random where secrets come from
 * @param executor runs the listeners, one event after the other
 * @param notices what operators are told
 * @param memory how much heap is spent on what is remembered
 */
public record Surroundings(
    Clock clock,
    LongSupplier nanoTime,
    SecureRandom random,
    Executor executor,
    Notices notices,
    MemoryBudget memory) {

  /** With notices of their own. */
  public Surroundings(Clock clock, LongSupplier nanoTime, SecureRandom random, Executor executor) {
    this(
        clock,
        nanoTime,
        random,
        executor,
        new Notices(nanoTime),
        MemoryBudget.ofHeap(MemoryBudget.SHARE));
  }
}
