package org.tokenfilter.memory;

/**
 * The heap that a node may use for data that it keeps in memory, in estimated bytes.
 *
 * @param tokens the budget of cached live records
 * @param renewals the budget of uses of tokens that are not written yet
 * @param subjects the budget of cached account statuses
 * @param events the budget of events that wait for the listeners
 * @param ended the budget of the memory of tokens that have ended
 */
public record MemoryBudget(long tokens, long renewals, long subjects, long events, long ended) {

  /** The default share of the heap, in percent. */
  public static final int DEFAULT_PERCENT = 25;

  private static final int PERCENT = 100;
  private static final int TOKENS = 67;
  private static final int RENEWALS = 15;
  private static final int SUBJECTS = 10;
  private static final int EVENTS = 5;
  private static final int ENDED = 3;

  /**
   * Divides a total among the parts.
   *
   * @param total in bytes
   */
  public static MemoryBudget of(long total) {
    long one = total / PERCENT;
    return new MemoryBudget(
        one * TOKENS, one * RENEWALS, one * SUBJECTS, one * EVENTS, one * ENDED);
  }

  /**
   * Divides a share of the maximum heap of this JVM among the parts.
   *
   * @param share the share of the maximum heap, in percent
   */
  public static MemoryBudget ofHeap(int share) {
    return of(Runtime.getRuntime().maxMemory() / PERCENT * share);
  }
}
