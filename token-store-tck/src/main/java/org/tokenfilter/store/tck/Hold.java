package org.tokenfilter.store.tck;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.tokenfilter.store.TokenStoreException;

/**
 * Where a call of a {@link FaultyTokenStore} hangs until it is released. Interrupting the hanging
 * thread lets it go, too: with a {@link TokenStoreException}, and still interrupted.
 */
public final class Hold {

  private static final int PATIENCE_SECONDS = 30;

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  Hold() {}

  /**
   * Waits until a call hangs here.
   *
   * @throws IllegalStateException if none came within 30 s
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public void awaitReached() throws InterruptedException {
    if (!reached.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no call came here in " + PATIENCE_SECONDS + " s");
    }
  }

  /** Lets the call go on. Before a call came: it will not hang. */
  public void release() {
    released.countDown();
  }

  void hang() {
    reached.countDown();
    try {
      released.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new TokenStoreException("interrupted while hanging", interrupted, true);
    }
  }
}
