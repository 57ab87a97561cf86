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
 * Tells one event after the other by a thread of its own, whatever is thrown meanwhile. Bounded in
 * number and in bytes: what is too much is dropped, counted, and reported. Who hands in an event
 * never waits, and nothing is thrown at him. Thread-safe; {@link #run} is for one thread.
 */
final class EventQueue implements Executor, Runnable {

  static final int MOST = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(EventQueue.class);

  /** Ends the wait of a thread that finds nothing. */
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
   * An empty queue.
   *
   * @param mostBytes how much memory the waiting events may take, by their own word
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
        "The {} cannot keep up: events are dropped, {} so far; make them faster, or hand their work"
            + " on to a queue of their own",
        name,
        number);
  }

  /** How many events were dropped since the start. */
  long dropped() {
    return dropped.get();
  }

  /** How much memory the waiting events take, by their own word. */
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
      // What was called may leave it set; it is not for this thread.
      Thread.interrupted();
    }
  }

  private void survive(Throwable thrown) {
    try {
      sign.failed(thrown);
      notices.warn(LOG, "failed " + name, "The {} failed: {}", name, thrown.toString());
    } catch (Throwable again) {
      // Where the log or the memory fails as well, nothing more can be said; the sign tells it.
    }
  }

  /** What is queued by now is done; what comes later is left out, without a word. */
  void close() {
    open = false;
    // Where there is no room for it, nobody waits either.
    var unused = events.offer(WAKE);
  }

  /** What is still queued is left out; the thread is to be interrupted after it. */
  void abandon() {
    events.clear();
  }
}
