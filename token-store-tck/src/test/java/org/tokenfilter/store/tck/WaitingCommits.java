package org.tokenfilter.store.tck;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/** A store in memory whose writes wait for their release before they take effect. */
final class WaitingCommits implements PausedCommits {

  private static final int MAX_WAIT_SECONDS = 30;

  private final Semaphore paused = new Semaphore(0);
  private final CountDownLatch released = new CountDownLatch(1);
  private final TokenStore store;

  /**
   * Opens the store.
   *
   * @param opening the function that makes a store of the step to take before each commit
   */
  WaitingCommits(Function<Runnable, TokenStore> opening) {
    store = opening.apply(this::pause);
  }

  /** Returns a store that pauses each call before its effect. */
  static PausedCommits of(TokenStore data) {
    return new WaitingCommits(
        pause -> {
          FaultyTokenStore store = new FaultyTokenStore(new Node(data));
          store.beforeEach(pause);
          return store;
        });
  }

  @Override
  public TokenStore store() {
    return store;
  }

  @Override
  public void awaitPaused(int calls) throws InterruptedException {
    if (!paused.tryAcquire(calls, MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("fewer calls are paused than " + calls);
    }
  }

  @Override
  public void release() {
    released.countDown();
  }

  private void pause() {
    paused.release();
    try {
      if (!released.await(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new TokenStoreException("not released in time", null, true);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new TokenStoreException("interrupted while paused", interrupted, true);
    }
  }
}
