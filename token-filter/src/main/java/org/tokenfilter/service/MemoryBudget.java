package org.tokenfilter.service;

/**
 * How much heap a node may spend on what it remembers, in bytes by its own estimate.
 *
 * @param tokens live records
 * @param uses uses that are not written yet
 * @param subjects what was said of subjects
 * @param events events that wait for the listeners
 */
public record MemoryBudget(long tokens, long uses, long subjects, long events) {

  /** The share of the heap, in percent, where none is set. */
  public static final int SHARE = 25;

  private static final int PERCENT = 100;
  private static final int TOKENS = 70;
  private static final int USES = 15;
  private static final int SUBJECTS = 10;
  private static final int EVENTS = 5;

  /** Parts of so many bytes in all. */
  public static MemoryBudget of(long total) {
    long one = total / PERCENT;
    return new MemoryBudget(one * TOKENS, one * USES, one * SUBJECTS, one * EVENTS);
  }

  /**
   * Parts of a share of the largest heap that this JVM may have.
   *
   * @param share in percent
   */
  public static MemoryBudget ofHeap(int share) {
    return of(Runtime.getRuntime().maxMemory() / PERCENT * share);
  }
}
