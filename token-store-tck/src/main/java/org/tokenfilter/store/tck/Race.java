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

/** Runners that set off together, again and again. */
final class Race implements AutoCloseable {

  /** Enough for a race that can be lost to be lost at least once. */
  static final int ROUNDS = 10;

  /** Longer than any store takes; who is slower hangs. */
  private static final int PATIENCE_SECONDS = 120;

  /** What one runner does. */
  interface Runner<T> {
    T run(int number) throws Exception;
  }

  private final int runners;
  private final ExecutorService threads;

  Race(int runners) {
    this.runners = runners;
    this.threads = Executors.newFixedThreadPool(runners);
  }

  /** What the runners came back with, in the order of their numbers. */
  <T> List<T> start(Runner<T> runner) throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(runners);
    List<Callable<T>> runs =
        IntStream.range(0, runners)
            .<Callable<T>>mapToObj(
                number ->
                    () -> {
                      barrier.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                      return runner.run(number);
                    })
            .toList();
    List<T> results = new ArrayList<>();
    for (Future<T> run : threads.invokeAll(runs, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      results.add(run.get());
    }
    return results;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
