package org.tokenfilter.service;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What a service takes from the machine that it runs on.
 *
 * @param clock judges; must never run backwards: {@link ForwardClock}
 * @param nanoTime measures, as {@link System#nanoTime()} does
 * @param random where secrets come from
 * @param executor runs the listeners, one event after the other
 */
public record Surroundings(
    Clock clock, LongSupplier nanoTime, SecureRandom random, Executor executor) {}
