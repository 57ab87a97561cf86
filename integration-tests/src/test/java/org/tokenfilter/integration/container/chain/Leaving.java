package org.tokenfilter.integration.container.chain;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The outermost dispatch of a thread, seen by the filter in front of all others. A thread that the
 * page has started may continue once this dispatch has returned; the container has not completed it
 * by then, and may still restore the state of the request. The header {@code Chain-Order} forces an
 * order that chance produces rarely: {@code late}, no state is restored before the thread has
 * finished; {@code between}, all state is restored after its dispatch has started and before the
 * filter has seen it.
 */
final class Leaving {

  static final long PATIENCE_MS = 10_000;

  /** The outermost dispatch of this thread. */
  private static final ThreadLocal<@Nullable Leaving> CURRENT = new ThreadLocal<>();

  /** The outermost dispatch of the previous thread, on a thread that continues from it. */
  private static final ThreadLocal<@Nullable Leaving> BEFORE = new ThreadLocal<>();

  private static final String BEFORE_ASYNC = "chain.leaving";

  private final String order;

  /**
   * The outermost dispatch of the previous thread; null if this thread does not continue from
   * another.
   */
  private final @Nullable Leaving before;

  private final CountDownLatch left = new CountDownLatch(1);
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch gone = new CountDownLatch(1);
  private final CountDownLatch putBack = new CountDownLatch(1);
  private volatile boolean followed;

  /** The outermost dispatch of the thread that continues from this one. */
  private volatile @Nullable Leaving within;

  private Leaving(String order, @Nullable Leaving before) {
    this.order = order;
    this.before = before;
  }

  /** Starts the outermost dispatch of this thread, which has reached the first filter. */
  static Leaving begin(HttpServletRequest request) {
    String order = String.valueOf(request.getHeader("Chain-Order"));
    Leaving before = BEFORE.get();
    if (request.getDispatcherType() == DispatcherType.ASYNC) {
      before = (Leaving) request.getAttribute(BEFORE_ASYNC);
    }
    Leaving made = new Leaving(order, before);
    CURRENT.set(made);
    if (before != null) {
      before.within = made;
      before.arrived.countDown();
      if (order.equals("between")) {
        await(before.putBack);
      }
    }
    return made;
  }

  /** Returns the outermost dispatch of this thread; null outside of all dispatches. */
  static @Nullable Leaving current() {
    return CURRENT.get();
  }

  /** Returns a step for another thread, which waits until this dispatch has returned. */
  Step follow(Step step) {
    followed = true;
    return () -> runAfter(step);
  }

  /** Marks that the asynchronous dispatch of the container continues from this thread. */
  static void followBy(HttpServletRequest request) {
    Leaving current = CURRENT.get();
    if (current != null) {
      current.followed = true;
    }
    request.setAttribute(BEFORE_ASYNC, current);
  }

  private void runAfter(Step step) throws Exception {
    await(left);
    BEFORE.set(this);
    try {
      step.run();
    } finally {
      BEFORE.remove();
      Leaving next = within;
      if (next != null) {
        next.putBack.countDown();
      }
      arrived.countDown();
      ends();
    }
  }

  /**
   * Marks that all threads which continue from this dispatch, and from the previous ones, have
   * finished.
   */
  private void ends() {
    gone.countDown();
    if (before != null) {
      before.ends();
    }
  }

  /**
   * Marks that this dispatch has returned, and that the container is about to restore the state
   * that it has changed.
   */
  void leave(DispatcherType type) {
    CURRENT.remove();
    left.countDown();
    boolean ofContainer = type != DispatcherType.INCLUDE && type != DispatcherType.FORWARD;
    if (ofContainer) {
      putBack.countDown();
    }
    if (!followed) {
      ends();
    } else if (!ofContainer) {
      switch (order) {
        case "late" -> await(gone);
        case "between" -> await(arrived);
        default -> {
          // No order is forced.
        }
      }
    }
  }

  static void await(CountDownLatch latch) {
    try {
      if (!latch.await(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("waited too long");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An action of a thread. */
  interface Step {
    void run() throws Exception;
  }
}
