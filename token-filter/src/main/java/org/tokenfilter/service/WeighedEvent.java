package org.tokenfilter.service;

/**
 * An event for listeners that knows how much memory it keeps while it waits to be told.
 *
 * @param event tells it
 * @param bytes an estimate of the heap that it keeps
 */
public record WeighedEvent(Runnable event, long bytes) implements Runnable {

  /** What an event takes at least: the task, its place in a queue, and a few small values. */
  static final long LEAST = 256;

  @Override
  public void run() {
    event.run();
  }

  /** What any task keeps, by its own word; the least where it has none. */
  public static long bytesOf(Runnable task) {
    return task instanceof WeighedEvent weighed ? weighed.bytes() : LEAST;
  }
}
