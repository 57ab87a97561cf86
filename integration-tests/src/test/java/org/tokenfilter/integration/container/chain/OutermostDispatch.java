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
final class OutermostDispatch {

  static final long TIMEOUT_MS = 10_000;

  /** The outermost dispatch of this thread. */
  private static final ThreadLocal<@Nullable OutermostDispatch> CURRENT = new ThreadLocal<>();

  /** The outermost dispatch of the previous thread, on a thread that continues from it. */
  private static final ThreadLocal<@Nullable OutermostDispatch> PREVIOUS = new ThreadLocal<>();

  private static final String PREVIOUS_ATTRIBUTE = "chain.leaving";

  private final String order;

  /**
   * The outermost dispatch of the previous thread; null if this thread does not continue from
   * another.
   */
  private final @Nullable OutermostDispatch previous;

  private final CountDownLatch returned = new CountDownLatch(1);
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch finished = new CountDownLatch(1);
  private final CountDownLatch restored = new CountDownLatch(1);
  private volatile boolean continued;

  /** The outermost dispatch of the thread that continues from this one. */
  private volatile @Nullable OutermostDispatch successor;

  private OutermostDispatch(String order, @Nullable OutermostDispatch before) {
    this.order = order;
    this.previous = before;
  }

  /** Starts the outermost dispatch of this thread, which has reached the first filter. */
  static OutermostDispatch start(HttpServletRequest request) {
    String order = String.valueOf(request.getHeader("Chain-Order"));
    OutermostDispatch before = PREVIOUS.get();
    if (request.getDispatcherType() == DispatcherType.ASYNC) {
      before = (OutermostDispatch) request.getAttribute(PREVIOUS_ATTRIBUTE);
    }
    OutermostDispatch created = new OutermostDispatch(order, before);
    CURRENT.set(created);
    if (before != null) {
      before.successor = created;
      before.arrived.countDown();
      if (order.equals("between")) {
        await(before.restored);
      }
    }
    return created;
  }

  /** Returns the outermost dispatch of this thread; null outside of all dispatches. */
  static @Nullable OutermostDispatch current() {
    return CURRENT.get();
  }

  /** Returns a step for another thread, which waits until this dispatch has returned. */
  Step afterReturn(Step step) {
    continued = true;
    return () -> runAfterReturn(step);
  }

  /** Marks that the asynchronous dispatch of the container continues from this thread. */
  static void continueByDispatch(HttpServletRequest request) {
    OutermostDispatch current = CURRENT.get();
    if (current != null) {
      current.continued = true;
    }
    request.setAttribute(PREVIOUS_ATTRIBUTE, current);
  }

  private void runAfterReturn(Step step) throws Exception {
    await(returned);
    PREVIOUS.set(this);
    try {
      step.run();
    } finally {
      PREVIOUS.remove();
      OutermostDispatch next = successor;
      if (next != null) {
        next.restored.countDown();
      }
      arrived.countDown();
      finish();
    }
  }

  /**
   * Marks that all threads which continue from this dispatch, and from the previous ones, have
   * finished.
   */
  private void finish() {
    finished.countDown();
    if (previous != null) {
      previous.finish();
    }
  }

  /**
   * Marks that this dispatch has returned, and that the container is about to restore the state
   * that it has changed.
   */
  void markReturned(DispatcherType type) {
    CURRENT.remove();
    returned.countDown();
    boolean ofContainer = type != DispatcherType.INCLUDE && type != DispatcherType.FORWARD;
    if (ofContainer) {
      restored.countDown();
    }
    if (!continued) {
      finish();
    } else if (!ofContainer) {
      switch (order) {
        case "late" -> await(finished);
        case "between" -> await(arrived);
        default -> {
          // No order is forced.
        }
      }
    }
  }

  static void await(CountDownLatch latch) {
    try {
      if (!latch.await(TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
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
