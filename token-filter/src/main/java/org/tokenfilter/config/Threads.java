package org.tokenfilter.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon threads of an application, from their first work to its closing. */
final class Threads implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Threads.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int MOST_QUEUED = 10_000;

  private final String name;
  private final List<ExecutorService> executors = new ArrayList<>();

  /** Threads whose names begin with this one. */
  Threads(String name) {
    this.name = name;
  }

  /** Does something again and again, an interval after it was last done. */
  void repeat(String what, Runnable task, Duration interval) {
    ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, factory(what));
    executors.add(executor);
    long millis = interval.toMillis();
    var unused = executor.scheduleWithFixedDelay(task, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** Does one thing after the other; what is too much is dropped, with a warning. */
  Executor queue(String what) {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_QUEUED),
            factory(what),
            (task, full) -> {
              if (!full.isShutdown()) {
                LOG.warn("The {} cannot keep up: an event is dropped", what);
              }
            });
    executors.add(executor);
    return executor;
  }

  private ThreadFactory factory(String what) {
    return run -> {
      Thread thread = new Thread(run, name + " " + what);
      thread.setDaemon(true);
      // Not the one of whoever happened to start it: a thread must not hold on to that.
      thread.setContextClassLoader(Threads.class.getClassLoader());
      return thread;
    };
  }

  @Override
  public void close() {
    executors.forEach(ExecutorService::shutdownNow);
    try {
      for (ExecutorService executor : executors) {
        if (!executor.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
          LOG.warn("A thread of {} did not stop within {}", name, PATIENCE);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
