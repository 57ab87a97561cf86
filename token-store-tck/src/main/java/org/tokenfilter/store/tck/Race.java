package org.tokenfilter.store.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A pool of threads that start the same task at the same time, repeatedly. */
final class Race implements AutoCloseable {

  /** The number of rounds; enough that a race that can be lost is lost at least once. */
  static final int ROUNDS = Math.max(1, Integer.getInteger("token-store-tck.rounds", 10));

  /** Longer than any store takes; a slower run is considered hung. */
  private static final int TIMEOUT_SECONDS = 120;

  /** The task of one runner. */
  interface Runner<T> {
    T run(int number) throws Exception;
  }

  private final int runners;
  private final ExecutorService threads;

  Race(int runners) {
    this.runners = runners;
    this.threads = Executors.newFixedThreadPool(runners);
  }

  /** Starts all runners at once, and returns their results in the order of their numbers. */
  <T> List<T> start(Runner<T> runner) throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(runners);
    List<Callable<T>> runs =
        IntStream.range(0, runners)
            .<Callable<T>>mapToObj(
                number ->
                    () -> {
                      barrier.await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                      return runner.run(number);
                    })
            .toList();
    List<T> results = new ArrayList<>();
    for (Future<T> run : threads.invokeAll(runs, TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      results.add(run.get());
    }
    return results;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
