package org.tokenfilter.config;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon threads of an application, from their first work to its closing. */
final class Threads implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Threads.class);
  private static final int MOST_QUEUED = 10_000;

  private final String name;
  private final Duration patience;
  private final Ticker nanos;
  private final List<ExecutorService> repeating = new ArrayList<>();
  private final List<ExecutorService> queues = new ArrayList<>();
  private final Set<Thread> started = ConcurrentHashMap.newKeySet();

  /**
   * Threads whose names begin with this one.
   *
   * @param patience how long closing waits for all of them together
   */
  Threads(String name, Duration patience, Ticker nanos) {
    this.name = name;
    this.patience = patience;
    this.nanos = nanos;
  }

  /** Does something again and again, an interval after it was last done. */
  void repeat(String what, Runnable task, Duration interval) {
    ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, factory(what));
    repeating.add(executor);
    long millis = interval.toMillis();
    var unused = executor.scheduleWithFixedDelay(task, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** Does something at once and then again and again, an interval after it was last begun. */
  void steadily(String what, Runnable task, Duration interval) {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(1, factory(what), new ThreadPoolExecutor.DiscardPolicy());
    repeating.add(executor);
    executor.execute(() -> doSteadily(executor, task, interval));
  }

  private void doSteadily(ScheduledThreadPoolExecutor executor, Runnable task, Duration interval) {
    long next = nanos.read() + interval.toNanos();
    try {
      task.run();
    } finally {
      var unused =
          executor.schedule(
              () -> doSteadily(executor, task, interval),
              next - nanos.read(),
              TimeUnit.NANOSECONDS);
    }
  }

  /** Does one thing after the other; what is too much is dropped, with a warning. */
  Executor queue(String what) {
    AtomicLong dropped = new AtomicLong();
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_QUEUED),
            factory(what),
            (task, full) -> {
              // The first of many: where nobody keeps up, the log need not fill as well.
              if (!full.isShutdown() && dropped.getAndIncrement() % MOST_QUEUED == 0) {
                LOG.warn("The {} cannot keep up: events are dropped, {} so far", what, dropped);
              }
            });
    queues.add(executor);
    return executor;
  }

  private ThreadFactory factory(String what) {
    return run -> {
      Thread thread = new Thread(run, name + " " + what);
      thread.setDaemon(true);
      // Not the one of whoever happened to start it: a thread must not hold on to that.
      thread.setContextClassLoader(Threads.class.getClassLoader());
      started.add(thread);
      return thread;
    };
  }

  /** Stops what repeats; what is queued is done first, as far as there is time. */
  @Override
  public void close() {
    long deadline = nanos.read() + patience.toNanos();
    repeating.forEach(ExecutorService::shutdownNow);
    queues.forEach(ExecutorService::shutdown);
    try {
      for (ExecutorService executor : executors()) {
        if (!executor.awaitTermination(deadline - nanos.read(), TimeUnit.NANOSECONDS)) {
          LOG.warn("A thread of {} did not stop within {}", name, patience);
        }
      }
      // An executor has terminated a moment before its thread is gone, which is what must not stay.
      for (Thread thread : started) {
        TimeUnit.NANOSECONDS.timedJoin(thread, deadline - nanos.read());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      queues.forEach(ExecutorService::shutdownNow);
    }
  }

  private List<ExecutorService> executors() {
    return Stream.concat(repeating.stream(), queues.stream()).toList();
  }
}
