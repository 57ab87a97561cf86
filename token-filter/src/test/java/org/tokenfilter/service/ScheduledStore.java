package org.tokenfilter.service;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenStore;

/**
 * Some who work at once over one store, and a schedule that says whose call of it comes next. One
 * at a time runs, from a call to the next.
 */
final class ScheduledStore {

  private final TokenStore store;

  ScheduledStore(TokenStore store) {
    this.store = store;
  }

  /** Somebody who works over the store on a thread of its own. */
  static final class Worker {

    private final Semaphore turn = new Semaphore(0);
    private final Semaphore paused = new Semaphore(0);
    private final AtomicBoolean done = new AtomicBoolean();
    private final FutureTask<Object> task;

    private Worker(Callable<?> work) {
      this.task =
          new FutureTask<>(
              () -> {
                turn.acquireUninterruptibly();
                try {
                  return work.call();
                } finally {
                  done.set(true);
                  paused.release();
                }
              });
    }

    private void start() {
      Thread thread = new Thread(task, "scheduled");
      thread.setDaemon(true);
      thread.start();
    }

    /** Goes on to the next call of the store, or to the end. */
    void step() {
      if (!done.get()) {
        turn.release();
        paused.acquireUninterruptibly();
      }
    }

    boolean done() {
      return done.get();
    }

    /** What came of it. */
    Future<Object> outcome() {
      while (!done()) {
        step();
      }
      return task;
    }

    private void pause() {
      paused.release();
      turn.acquireUninterruptibly();
    }
  }

  /** The store as a worker sees it: each call waits for its turn. */
  Worker worker(Function<TokenStore, Callable<?>> work) {
    AtomicReference<@Nullable Worker> self = new AtomicReference<>();
    TokenStore seen =
        (TokenStore)
            Proxy.newProxyInstance(
                ScheduledStore.class.getClassLoader(),
                new Class<?>[] {TokenStore.class},
                (proxy, method, arguments) -> {
                  Objects.requireNonNull(self.get()).pause();
                  try {
                    return method.invoke(store, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getTargetException();
                  }
                });
    Worker worker = new Worker(work.apply(seen));
    self.set(worker);
    worker.start();
    return worker;
  }

  /** The exception that ended a worker; null if none did. */
  static @Nullable Throwable failureOf(Worker worker) throws InterruptedException {
    try {
      var unused = worker.outcome().get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }
}
