package org.tokenfilter.config;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.OperatorLog;

/** The daemon threads for the background tasks and event queues of one application. */
final class BackgroundTasks implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BackgroundTasks.class);

  /** The time a task may be late beyond three intervals, since a slow machine is not a failure. */
  private static final Duration ALLOWANCE = Duration.ofMinutes(1);

  private static final int ALLOWED_INTERVALS = 3;

  private final String name;
  private final Duration closeTimeout;
  private final Ticker ticker;
  private final OperatorLog operatorLog;
  private final List<RepeatedTask> repeatedTasks = new ArrayList<>();
  private final List<EventQueue> queues = new ArrayList<>();
  private final List<Thread> taskThreads = new ArrayList<>();
  private final List<Thread> queueThreads = new ArrayList<>();
  private final List<TaskMonitor> monitors = new ArrayList<>();

  /**
   * Creates the tasks, without threads yet.
   *
   * @param name the prefix of the threads' names
   * @param maxWait the maximum time for which closing waits for all threads together
   */
  BackgroundTasks(String name, Duration maxWait, Ticker nanos, OperatorLog operatorLog) {
    this.name = name;
    this.closeTimeout = maxWait;
    this.ticker = nanos;
    this.operatorLog = operatorLog;
  }

  /** Starts a task with a fixed delay between the end of a run and the start of the next. */
  void scheduleWithFixedDelay(String what, Work work, Duration interval) {
    var unused = schedule(what, work, false, interval);
  }

  /**
   * Starts a task that runs immediately and then at a fixed rate.
   *
   * @return a task that makes it run before its time, and returns at once
   */
  Runnable scheduleAtFixedRate(String what, Work work, Duration interval) {
    return schedule(what, work, true, interval)::wake;
  }

  private RepeatedTask schedule(String what, Work work, boolean steady, Duration interval) {
    TaskMonitor monitor =
        newMonitor(what, interval.multipliedBy(ALLOWED_INTERVALS).plus(ALLOWANCE));
    RepeatedTask task =
        new RepeatedTask(what, work, steady, interval, ticker, monitor, operatorLog);
    repeatedTasks.add(task);
    taskThreads.add(startThread(what, task));
    return task;
  }

  /**
   * Creates a bounded executor with one thread. Excess events are dropped with a warning.
   *
   * @param mostBytes the maximum size of the waiting events in bytes
   */
  Executor boundedExecutor(String what, long mostBytes) {
    EventQueue queue = new EventQueue(what, mostBytes, newMonitor(what, ALLOWANCE), operatorLog);
    queues.add(queue);
    queueThreads.add(startThread(what, queue));
    return queue;
  }

  private synchronized TaskMonitor newMonitor(String what, Duration allowance) {
    TaskMonitor monitor = new TaskMonitor(what, allowance, ticker);
    monitors.add(monitor);
    return monitor;
  }

  private Thread startThread(String what, Runnable run) {
    Thread thread = new Thread(run, name + " " + what);
    thread.setDaemon(true);
    // Not inherited from the starting thread, whose class loader would be retained.
    thread.setContextClassLoader(BackgroundTasks.class.getClassLoader());
    thread.start();
    return thread;
  }

  /** Returns the health of all tasks, in the order of their start. */
  synchronized List<BackgroundTaskHealth> tasks() {
    return monitors.stream().map(TaskMonitor::state).toList();
  }

  /**
   * Stops all tasks, and delivers queued events as far as time permits. Waits for the threads no
   * longer than the configured time.
   */
  @Override
  public void close() {
    long deadline = ticker.read() + closeTimeout.toNanos();
    repeatedTasks.forEach(RepeatedTask::close);
    taskThreads.forEach(Thread::interrupt);
    queues.forEach(EventQueue::close);
    try {
      for (Thread thread : taskThreads) {
        join(thread, deadline);
      }
      for (Thread thread : queueThreads) {
        join(thread, deadline);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      queues.forEach(EventQueue::discard);
      queueThreads.forEach(Thread::interrupt);
    }
  }

  private void join(Thread thread, long deadline) throws InterruptedException {
    TimeUnit.NANOSECONDS.timedJoin(thread, deadline - ticker.read());
    if (thread.isAlive()) {
      LOG.warn("A thread of {} did not stop within {}", name, closeTimeout);
    }
  }
}
