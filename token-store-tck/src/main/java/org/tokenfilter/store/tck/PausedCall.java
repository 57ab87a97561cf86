package org.tokenfilter.store.tck;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.tokenfilter.store.TokenStoreException;

/**
 * A call of a {@link FaultyTokenStore} that pauses until it is released. If its thread is
 * interrupted, the call throws a {@link TokenStoreException} and the thread stays interrupted.
 * Thread-safe.
 */
public final class PausedCall {

  private static final int TIMEOUT_SECONDS = 30;

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  PausedCall() {}

  /**
   * Waits until the call is paused.
   *
   * @throws IllegalStateException if no call was paused within 30 s
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public void awaitReached() throws InterruptedException {
    if (!reached.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no call was paused within " + TIMEOUT_SECONDS + " s");
    }
  }

  /** Releases the call. If called before the call arrives, the call will not pause. */
  public void release() {
    released.countDown();
  }

  void pause() {
    reached.countDown();
    try {
      released.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new TokenStoreException("interrupted while paused", interrupted, true);
    }
  }
}
