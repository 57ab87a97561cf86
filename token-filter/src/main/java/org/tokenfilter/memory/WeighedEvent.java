package org.tokenfilter.memory;

/**
 * An event for listeners with an estimate of the heap that it retains while it waits in the queue.
 *
 * @param event the task that notifies the listeners
 * @param bytes the estimated heap in bytes
 */
public record WeighedEvent(Runnable event, long bytes) implements Runnable {

  /** The least heap of an event: the task, its queue entry and a few small values. */
  public static final long MIN_BYTES = 256;

  @Override
  public void run() {
    event.run();
  }

  /**
   * Returns the estimated heap of a task, or the minimum for a task that is not a {@code
   * WeighedEvent}.
   */
  public static long bytesOf(Runnable task) {
    return task instanceof WeighedEvent weighed ? weighed.bytes() : MIN_BYTES;
  }
}
