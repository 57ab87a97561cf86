package org.tokenfilter.benchmark.http;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param clients how many log in at each stack
 * @param rounds how often everything is measured
 * @param warmUp load on each stack before the first round
 * @param turns how often a stack and no protection take turns in a round
 * @param coldTurns the same for a stack that each token is new to: a turn is each client once
 * @param closed load for the throughput, in each turn
 * @param open load for the latencies
 * @param rate requests a second for the latencies: one that all of them can bear
 * @param counted load while statements are counted
 */
public record Plan(
    int clients,
    int rounds,
    Duration warmUp,
    int turns,
    int coldTurns,
    Duration closed,
    Duration open,
    int rate,
    Duration counted) {

  /** How many requests are under way at once. */
  static final int CONNECTIONS = 16;

  private static final int RATE = 1_000;

  /** About a minute: shows the order of things, not more. */
  public static Plan quick() {
    return new Plan(
        1_000,
        2,
        Duration.ofMillis(600),
        2,
        10,
        Duration.ofMillis(350),
        Duration.ofMillis(500),
        RATE,
        Duration.ofMillis(500));
  }

  /** About twelve minutes. */
  public static Plan full() {
    return new Plan(
        10_000,
        5,
        Duration.ofSeconds(5),
        4,
        8,
        Duration.ofSeconds(1),
        Duration.ofSeconds(3),
        RATE,
        Duration.ofSeconds(3));
  }
}
