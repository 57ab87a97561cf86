package org.tokenfilter.benchmark.http;

import java.time.Duration;

/**
 * The amounts to measure.
 *
 * @param clients the number of clients that log in at each stack
 * @param rounds the number of rounds
 * @param warmUp the duration of the load on each stack before the first round
 * @param turns the number of turns of a stack and no protection in a round
 * @param coldTurns the number of turns of a stack to which each token is new: a turn sends the
 *     request of each client once
 * @param closedLoopTime the duration of the closed loop that measures the throughput, per turn
 * @param openLoopTime the duration of the open loop that measures the latencies
 * @param rate the number of requests per second for the latencies, which all stacks can serve
 * @param countingTime the duration of the load while statements are counted
 */
public record BenchmarkPlan(
    int clients,
    int rounds,
    Duration warmUp,
    int turns,
    int coldTurns,
    Duration closedLoopTime,
    Duration openLoopTime,
    int rate,
    Duration countingTime) {

  /** The number of concurrent requests. */
  static final int CONNECTIONS = 16;

  private static final int RATE = 1_000;

  /** Returns a plan of about a minute, which shows orders of magnitude only. */
  public static BenchmarkPlan quick() {
    return new BenchmarkPlan(
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

  /** Returns a plan of about twelve minutes. */
  public static BenchmarkPlan full() {
    return new BenchmarkPlan(
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
