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
public final class Load implements AutoCloseable {

  private static final long LONGEST_LATENCY = TimeUnit.SECONDS.toNanos(60);
  private static final int DIGITS = 3;

  private final int connections;
  private final byte[] body;
  private final ExecutorService threads;
  private final Set<Long> ids;

  /**
   * Creates a load generator.
   *
   * @param connections the number of concurrent connections
   * @param body the expected body of each response
   */
  public Load(int connections, byte[] body) throws InterruptedException {
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
    for (Future<Long> id : threads.invokeAll(copies(ownId))) {
      generators.add(result(id));
    }
    this.ids = Set.copyOf(generators);
  }

  private List<Callable<Long>> copies(Callable<Long> call) {
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
  public Run closed(int port, List<byte[]> requests, Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    return run(port, (exchange, first, count) -> repeat(exchange, requests, first, count, end));
  }

  private void repeat(Exchange exchange, List<byte[]> requests, int first, Count count, long end) {
    int next = first;
    while (System.nanoTime() < end) {
      count.add(exchange.succeeds(requests.get(next % requests.size())));
      next += connections;
    }
  }

  /** Sends each request once, in a closed loop. */
  public Run once(int port, List<byte[]> requests) throws InterruptedException {
    return run(
        port,
        (exchange, first, count) -> {
          for (int next = first; next < requests.size(); next += connections) {
            count.add(exchange.succeeds(requests.get(next)));
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
  public Latencies open(int port, List<byte[]> requests, int rate, Duration time)
      throws InterruptedException {
    List<Histogram> histograms = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      histograms.add(new Histogram(LONGEST_LATENCY, DIGITS));
    }
    long step = TimeUnit.SECONDS.toNanos(1) * connections / rate;
    long begin = System.nanoTime();
    Run run =
        run(
            port,
            (exchange, first, count) -> {
              long due = begin + step * first / connections;
              for (int next = first; due - begin < time.toNanos(); next += connections) {
                waitFor(due);
                count.add(exchange.succeeds(requests.get(next % requests.size())));
                histograms
                    .get(first)
                    .recordValue(Math.min(LONGEST_LATENCY, System.nanoTime() - due));
                due += step;
              }
            });
    Histogram all = new Histogram(LONGEST_LATENCY, DIGITS);
    histograms.forEach(all::add);
    return new Latencies(all, run.failed());
  }

  private static void waitFor(long due) {
    for (long rest = due - System.nanoTime(); rest > 0; rest = due - System.nanoTime()) {
      LockSupport.parkNanos(rest);
    }
  }

  @FunctionalInterface
  private interface Sending {
    void send(Exchange exchange, int first, Count count);
  }

  private static final class Count {
    private long good;
    private long failed;

    private void add(boolean succeeded) {
      if (succeeded) {
        good++;
      } else {
        failed++;
      }
    }
  }

  private Run run(int port, Sending sending) throws InterruptedException {
    List<Callable<Count>> tasks = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      int first = i;
      tasks.add(
          () -> {
            Count count = new Count();
            try (Exchange exchange = new Exchange(port, body)) {
              sending.send(exchange, first, count);
            }
            return count;
          });
    }
    ServerUse before = ServerUse.now(ids);
    long begin = System.nanoTime();
    List<Future<Count>> counts = threads.invokeAll(tasks);
    long nanos = System.nanoTime() - begin;
    ServerUse use = ServerUse.now(ids).since(before);
    long good = 0;
    long failed = 0;
    for (Future<Count> count : counts) {
      good += result(count).good;
      failed += result(count).failed;
    }
    return new Run(good, failed, nanos, use);
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
