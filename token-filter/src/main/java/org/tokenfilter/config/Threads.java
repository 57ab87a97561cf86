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

/** The daemon threads for the background tasks and event queues of one application. */
final class Threads implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Threads.class);

  /** The time a task may be late beyond three intervals, since a slow machine is not a failure. */
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
   * Creates the tasks, without threads yet.
   *
   * @param name the prefix of the threads' names
   * @param patience the maximum time for which closing waits for all threads together
   */
  Threads(String name, Duration patience, Ticker nanos, Notices notices) {
    this.name = name;
    this.patience = patience;
    this.nanos = nanos;
    this.notices = notices;
  }

  /** Starts a task with a fixed delay between the end of a run and the start of the next. */
  void repeat(String what, Work work, Duration interval) {
    repeat(what, work, false, interval);
  }

  /** Starts a task that runs immediately and then at a fixed rate. */
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
   * Creates a bounded executor with one thread. Excess events are dropped with a warning.
   *
   * @param mostBytes the maximum size of the waiting events in bytes
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
    // Not inherited from the starting thread, whose class loader would be retained.
    thread.setContextClassLoader(Threads.class.getClassLoader());
    thread.start();
    return thread;
  }

  /** Returns the health of all tasks, in the order of their start. */
  synchronized List<BackgroundTask> tasks() {
    return signs.stream().map(SignOfLife::state).toList();
  }

  /**
   * Stops all tasks, and delivers queued events as far as time permits. Waits for the threads no
   * longer than the configured time.
   */
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
