package org.tokenfilter.config;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.memory.WeighedEvent;
import org.tokenfilter.notice.OperatorLog;

/**
 * A bounded queue of events, which one thread delivers in order. The thread survives exceptions of
 * event handlers. The queue is bounded in number and in bytes: excess events are dropped, counted
 * and reported. {@link #execute} never blocks and never throws. Thread-safe; {@link #run} is for
 * one thread.
 */
final class EventQueue implements Executor, Runnable {

  static final int MAX_EVENTS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(EventQueue.class);

  /** Wakes the thread that waits for an event. */
  private static final Runnable WAKE =
      new Runnable() {
        @Override
        public void run() {}
      };

  private final String name;
  private final long maxBytes;
  private final TaskMonitor monitor;
  private final OperatorLog operatorLog;
  private final BlockingQueue<Runnable> events = new ArrayBlockingQueue<>(MAX_EVENTS);
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private volatile boolean open = true;

  /**
   * Creates an empty queue.
   *
   * @param mostBytes the maximum size of the waiting events in bytes, as they report it
   */
  EventQueue(String name, long mostBytes, TaskMonitor monitor, OperatorLog operatorLog) {
    this.name = name;
    this.maxBytes = mostBytes;
    this.monitor = monitor;
    this.operatorLog = operatorLog;
  }

  @Override
  public void execute(Runnable event) {
    if (!open) {
      return;
    }
    long weight = WeighedEvent.bytesOf(event);
    if (bytes.addAndGet(weight) > maxBytes || !events.offer(event)) {
      bytes.addAndGet(-weight);
      countDropped();
    }
  }

  private void countDropped() {
    long number = dropped.incrementAndGet();
    operatorLog.warn(
        LOG,
        "dropped " + name,
        "The {} cannot keep up; events dropped so far: {}. Make them faster, or let them pass their"
            + " work to a queue of their own",
        name,
        number);
  }

  /** Returns the number of events dropped since the start. */
  long dropped() {
    return dropped.get();
  }

  /** Returns the size of the waiting events in bytes, as they report it. */
  long bytes() {
    return bytes.get();
  }

  @Override
  public void run() {
    while (open || !events.isEmpty()) {
      try {
        Runnable event = events.take();
        if (event != WAKE) {
          deliver(event);
        }
      } catch (Throwable thrown) {
        reportFailure(thrown);
      }
    }
  }

  private void deliver(Runnable event) {
    try {
      monitor.due();
      event.run();
      monitor.succeeded();
    } finally {
      monitor.clearDue();
      bytes.addAndGet(-WeighedEvent.bytesOf(event));
      // The event may have set the interrupt flag, which is not meant for this thread.
      Thread.interrupted();
    }
  }

  private void reportFailure(Throwable thrown) {
    try {
      monitor.failed(thrown);
      operatorLog.warn(LOG, "failed " + name, "The {} failed: {}", name, thrown.toString());
    } catch (Throwable again) {
      // If logging or memory fails too, only the task's health reports the failure.
    }
  }

  /** Stops accepting events; those already queued are still delivered, later ones are ignored. */
  void close() {
    open = false;
    // If the queue is full, the thread does not wait and needs no wake-up.
    var unused = events.offer(WAKE);
  }

  /** Discards the events that are still queued; the caller interrupts the thread afterwards. */
  void discard() {
    events.clear();
  }
}
