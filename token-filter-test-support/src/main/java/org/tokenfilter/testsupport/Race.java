package org.tokenfilter.testsupport;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Threads that start together. */
public final class Race {

  /** Longer than any run takes; a slower thread hangs. */
  private static final int TIMEOUT_SECONDS = 120;

  /** The work of one thread. */
  @FunctionalInterface
  public interface Runner<T> {
    T run(int number) throws Exception;
  }

  private Race() {}

  /** Returns the results of the threads, in the order of their numbers. */
  public static <T> List<T> of(int runners, Runner<T> runner) throws Exception {
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
    ExecutorService threads = Executors.newFixedThreadPool(runners);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> run : threads.invokeAll(runs, TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        results.add(run.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
