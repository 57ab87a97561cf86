package org.tokenfilter.config;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.Notices;

/** The daemon threads of an application, from their first work to its closing. */
final class Threads implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Threads.class);

  /** What every task is allowed beside three times its interval: a slow machine is no failure. */
  private static final Duration ALLOWANCE = Duration.ofMinutes(1);

  private static final int INTERVALS = 3;

  private final String name;
  private final Duration patience;
  private final Ticker nanos;
  private final Notices notices;
  private final List<RepeatedTask> repeated = new ArrayList<>();
  private final List<EventQueue> queues = new ArrayList<>();
  private final List<Thread> repeating = new ArrayList<>();
  private final List<Thread> telling = new ArrayList<>();
  private final List<SignOfLife> signs = new ArrayList<>();

  /**
   * Threads whose names begin with this one.
   *
   * @param patience how long closing waits for all of them together
   */
  Threads(String name, Duration patience, Ticker nanos, Notices notices) {
    this.name = name;
    this.patience = patience;
    this.nanos = nanos;
    this.notices = notices;
  }

  /** Does something again and again, an interval after it was last done. */
  void repeat(String what, Work work, Duration interval) {
    repeat(what, work, false, interval);
  }

  /** Does something at once and then again and again, an interval after it was last begun. */
  void steadily(String what, Work work, Duration interval) {
    repeat(what, work, true, interval);
  }

  private void repeat(String what, Work work, boolean steady, Duration interval) {
    SignOfLife sign = sign(what, interval.multipliedBy(INTERVALS).plus(ALLOWANCE));
    RepeatedTask task = new RepeatedTask(what, work, steady, interval, nanos, sign, notices);
    repeated.add(task);
    repeating.add(started(what, task));
  }

  /**
   * Does one thing after the other; what is too much is dropped, with a warning.
   *
   * @param mostBytes how much memory may wait
   */
  Executor queue(String what, long mostBytes) {
    EventQueue queue = new EventQueue(what, mostBytes, sign(what, ALLOWANCE), notices);
    queues.add(queue);
    telling.add(started(what, queue));
    return queue;
  }

  private synchronized SignOfLife sign(String what, Duration allowance) {
    SignOfLife sign = new SignOfLife(what, allowance, nanos);
    signs.add(sign);
    return sign;
  }

  private Thread started(String what, Runnable run) {
    Thread thread = new Thread(run, name + " " + what);
    thread.setDaemon(true);
    // Not the one of whoever happened to start it: a thread must not hold on to that.
    thread.setContextClassLoader(Threads.class.getClassLoader());
    thread.start();
    return thread;
  }

  /** The signs of life of all tasks, in the order in which they began. */
  synchronized List<BackgroundTask> tasks() {
    return signs.stream().map(SignOfLife::state).toList();
  }

  /** Stops what repeats; what is queued is done first, as far as there is time. */
  @Override
  public void close() {
    long deadline = nanos.read() + patience.toNanos();
    repeated.forEach(RepeatedTask::close);
    repeating.forEach(Thread::interrupt);
    queues.forEach(EventQueue::close);
    try {
      for (Thread thread : repeating) {
        join(thread, deadline);
      }
      for (Thread thread : telling) {
        join(thread, deadline);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      queues.forEach(EventQueue::abandon);
      telling.forEach(Thread::interrupt);
    }
  }

  private void join(Thread thread, long deadline) throws InterruptedException {
    TimeUnit.NANOSECONDS.timedJoin(thread, deadline - nanos.read());
    if (thread.isAlive()) {
      LOG.warn("A thread of {} did not stop within {}", name, patience);
    }
  }
}
