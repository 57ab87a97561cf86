package org.tokenfilter.store.tck;

import org.tokenfilter.store.TokenStore;

/**
 * A store on the same data whose commits are paused: its writes are executed but not committed, so
 * that other stores do not see them and its callers receive no answer until the commits are
 * released. A database behaves like this while its synchronous standby is unavailable or its log
 * volume is full.
 */
public interface PausedCommits {

  /** Returns the store, which is open. The contract closes it. */
  TokenStore store();

  /**
   * Waits until the commits of the given number of calls are paused.
   *
   * @param calls the number of calls
   * @throws InterruptedException if the waiting thread is interrupted
   */
  void awaitPaused(int calls) throws InterruptedException;

  /** Releases all paused commits. The answers to their callers are unspecified. */
  void release();
}
