package org.tokenfilter.config;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.Notices;
import org.tokenfilter.service.WeighedEvent;

/**
 * A bounded queue of events, which one thread delivers in order. The thread survives exceptions of
 * event handlers. The queue is bounded in number and in bytes: excess events are dropped, counted
 * and reported. {@link #execute} never blocks and never throws. Thread-safe; {@link #run} is for
 * one thread.
 */
final class EventQueue implements Executor, Runnable {

  static final int MOST = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(EventQueue.class);

  /** Wakes the thread that waits for an event. */
  private static final Runnable WAKE =
      new Runnable() {
        @Override
        public void run() {}
      };

  private final String name;
  private final long mostBytes;
  private final SignOfLife sign;
  private final Notices notices;
  private final BlockingQueue<Runnable> events = new ArrayBlockingQueue<>(MOST);
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private volatile boolean open = true;

  /**
   * Creates an empty queue.
   *
   * @param mostBytes the maximum size of the waiting events in bytes, as they report it
   */
  EventQueue(String name, long mostBytes, SignOfLife sign, Notices notices) {
    this.name = name;
    this.mostBytes = mostBytes;
    this.sign = sign;
    this.notices = notices;
  }

  @Override
  public void execute(Runnable event) {
    if (!open) {
      return;
    }
    long weight = WeighedEvent.bytesOf(event);
    if (bytes.addAndGet(weight) > mostBytes || !events.offer(event)) {
      bytes.addAndGet(-weight);
      drop();
    }
  }

  private void drop() {
    long number = dropped.incrementAndGet();
    notices.warn(
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
          tell(event);
        }
      } catch (Throwable thrown) {
        survive(thrown);
      }
    }
  }

  private void tell(Runnable event) {
    try {
      sign.due();
      event.run();
      sign.succeeded();
    } finally {
      sign.rests();
      bytes.addAndGet(-WeighedEvent.bytesOf(event));
      // The event may have set the interrupt flag, which is not meant for this thread.
      Thread.interrupted();
    }
  }

  private void survive(Throwable thrown) {
    try {
      sign.failed(thrown);
      notices.warn(LOG, "failed " + name, "The {} failed: {}", name, thrown.toString());
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
  void abandon() {
    events.clear();
  }
}
