package org.tokenfilter.benchmark.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** A load generator with a fixed number of connections and one thread for each. Not thread-safe. */
public final class LoadGenerator implements AutoCloseable {

  private static final long MAX_LATENCY = TimeUnit.SECONDS.toNanos(60);
  private static final int DIGITS = 3;

  private final int connections;
  private final byte[] body;
  private final ExecutorService threads;
  private final Set<Long> generatorThreads;

  /**
   * Creates a load generator.
   *
   * @param connections the number of concurrent connections
   * @param body the expected body of each response
   */
  public LoadGenerator(int connections, byte[] body) throws InterruptedException {
    this.connections = connections;
    this.body = body.clone();
    this.threads = Executors.newFixedThreadPool(connections);
    CountDownLatch all = new CountDownLatch(connections);
    Callable<Long> ownId =
        () -> {
          all.countDown();
          all.await();
          return Thread.currentThread().getId();
        };
    Set<Long> generators = new HashSet<>();
    generators.add(Thread.currentThread().getId());
    for (Future<Long> id : threads.invokeAll(repeated(ownId))) {
      generators.add(result(id));
    }
    this.generatorThreads = Set.copyOf(generators);
  }

  private List<Callable<Long>> repeated(Callable<Long> call) {
    List<Callable<Long>> copies = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      copies.add(call);
    }
    return copies;
  }

  /**
   * Runs a closed loop: each connection sends its next request as soon as it has the response to
   * the last one.
   *
   * @param port the port on the loopback address
   * @param requests the requests, sent in turn
   * @param time the duration
   */
  public LoadResult closedLoop(int port, List<byte[]> requests, Duration time)
      throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    return run(port, (connection, first, count) -> repeat(connection, requests, first, count, end));
  }

  private void repeat(
      KeepAliveConnection connection, List<byte[]> requests, int first, Count count, long end) {
    int next = first;
    while (System.nanoTime() < end) {
      count.add(connection.succeeds(requests.get(next % requests.size())));
      next += connections;
    }
  }

  /** Sends each request once, in a closed loop. */
  public LoadResult sendOnce(int port, List<byte[]> requests) throws InterruptedException {
    return run(
        port,
        (connection, first, count) -> {
          for (int next = first; next < requests.size(); next += connections) {
            count.add(connection.succeeds(requests.get(next)));
          }
        });
  }

  /**
   * Runs an open loop: requests are due at a fixed rate, regardless of earlier responses. A latency
   * is measured from the time at which the request was due, so waiting for a busy connection counts
   * as well.
   *
   * @param port the port on the loopback address
   * @param requests the requests, sent in turn
   * @param rate the number of requests per second over all connections
   * @param time the duration
   */
  public Latencies openLoop(int port, List<byte[]> requests, int rate, Duration time)
      throws InterruptedException {
    List<Histogram> histograms = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      histograms.add(new Histogram(MAX_LATENCY, DIGITS));
    }
    long step = TimeUnit.SECONDS.toNanos(1) * connections / rate;
    long begin = System.nanoTime();
    LoadResult run =
        run(
            port,
            (connection, first, count) -> {
              long due = begin + step * first / connections;
              for (int next = first; due - begin < time.toNanos(); next += connections) {
                waitFor(due);
                count.add(connection.succeeds(requests.get(next % requests.size())));
                histograms.get(first).recordValue(Math.min(MAX_LATENCY, System.nanoTime() - due));
                due += step;
              }
            });
    Histogram all = new Histogram(MAX_LATENCY, DIGITS);
    histograms.forEach(all::add);
    return new Latencies(all, run.failed());
  }

  private static void waitFor(long due) {
    for (long rest = due - System.nanoTime(); rest > 0; rest = due - System.nanoTime()) {
      LockSupport.parkNanos(rest);
    }
  }

  @FunctionalInterface
  private interface RequestLoop {
    void send(KeepAliveConnection connection, int first, Count count);
  }

  private static final class Count {
    private long successes;
    private long failed;

    private void add(boolean succeeded) {
      if (succeeded) {
        successes++;
      } else {
        failed++;
      }
    }
  }

  private LoadResult run(int port, RequestLoop requestLoop) throws InterruptedException {
    List<Callable<Count>> tasks = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      int first = i;
      tasks.add(
          () -> {
            Count count = new Count();
            try (KeepAliveConnection connection = new KeepAliveConnection(port, body)) {
              requestLoop.send(connection, first, count);
            }
            return count;
          });
    }
    ServerUsage before = ServerUsage.now(generatorThreads);
    long begin = System.nanoTime();
    List<Future<Count>> counts = threads.invokeAll(tasks);
    long nanos = System.nanoTime() - begin;
    ServerUsage usage = ServerUsage.now(generatorThreads).minus(before);
    long good = 0;
    long failed = 0;
    for (Future<Count> count : counts) {
      good += result(count).successes;
      failed += result(count).failed;
    }
    return new LoadResult(good, failed, nanos, usage);
  }

  private static <T> T result(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the load generator failed", e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
