package org.tokenfilter.integration.container.chain;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The outermost dispatch of a thread, of the filters in front of all others. A thread that the page
 * has begun may go on when it has been left; the container has not finished it then, and may still
 * put back the state of the request. The header {@code Chain-Order} forces an order that chance
 * brings rarely: {@code late}, nothing is put back before the thread has gone on; {@code between},
 * all is put back when its dispatch has begun and the filter has not seen it.
 */
final class Leaving {

  static final long PATIENCE_MS = 10_000;

  /** That of this thread. */
  private static final ThreadLocal<@Nullable Leaving> CURRENT = new ThreadLocal<>();

  /** That of the thread before, on a thread that goes on from there. */
  private static final ThreadLocal<@Nullable Leaving> BEFORE = new ThreadLocal<>();

  private static final String BEFORE_ASYNC = "chain.leaving";

  private final String order;

  /** That of the thread before; null if this thread does not go on from another. */
  private final @Nullable Leaving before;

  private final CountDownLatch left = new CountDownLatch(1);
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch gone = new CountDownLatch(1);
  private final CountDownLatch putBack = new CountDownLatch(1);
  private volatile boolean followed;

  /** The outermost dispatch of the thread that goes on from here. */
  private volatile @Nullable Leaving within;

  private Leaving(String order, @Nullable Leaving before) {
    this.order = order;
    this.before = before;
  }

  /** Begins the outermost dispatch of this thread, which has come to the first filter. */
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

  /** That of this thread; null outside of all dispatches. */
  static @Nullable Leaving current() {
    return CURRENT.get();
  }

  /** A step that waits until this is left, which another thread takes. */
  Step follow(Step step) {
    followed = true;
    return () -> runAfter(step);
  }

  /** The container's asynchronous dispatch goes on from this thread. */
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

  /** All that goes on from here, and from those before it, has gone on. */
  private void ends() {
    gone.countDown();
    if (before != null) {
      before.ends();
    }
  }

  /** It is left, and what the dispatch has changed is about to be put back. */
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
          // As it comes.
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

  /** What a thread does. */
  interface Step {
    void run() throws Exception;
  }
}
