package org.tokenfilter.store.tck;

import org.tokenfilter.store.TokenStore;

/**
 * A store on the same data whose writes are done and not yet committed: others do not see them, and
 * its callers have no answer, until they are released. So a database behaves whose standby is away
 * or whose log volume is full.
 */
public interface HeldBack {

  /** The store, open. The contract closes it. */
  TokenStore store();

  /**
   * Waits until so many calls of the store are held back.
   *
   * @throws InterruptedException if the waiting thread is interrupted
   */
  void awaitHeld(int calls) throws InterruptedException;

  /** Lets all of them be committed. What their callers are told is left open. */
  void release();
}
