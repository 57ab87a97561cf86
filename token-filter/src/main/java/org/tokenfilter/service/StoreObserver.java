package org.tokenfilter.service;

/**
 * Is told of each call of the store, when it is over. It runs on the thread of the call, which is
 * that of a request, so it must be quick and wait for nothing; many may be told at once. What it
 * throws is logged and harms nobody.
 */
@FunctionalInterface
public interface StoreObserver {

  /** How a call ended. */
  enum Outcome {
    /** The store answered, whatever it answered. */
    OK,
    /** Its answer is not known. */
    FAILED
  }

  /**
   * A call is over.
   *
   * @param nanos how long it took, in nanoseconds, with the wait for a place in the store
   */
  void called(StoreOperation operation, Outcome outcome, long nanos);
}
