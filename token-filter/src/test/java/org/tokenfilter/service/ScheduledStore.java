package org.tokenfilter.service;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.ForwardingTokenStore;

/**
 * A store for several workers, scheduled call by call. One worker at a time runs, from one store
 * call to the next.
 */
final class ScheduledStore {

  private final TokenStore store;

  ScheduledStore(TokenStore store) {
    this.store = store;
  }

  /** A worker over the store with its own thread. */
  static final class Worker {

    private final Semaphore turn = new Semaphore(0);
    private final Semaphore paused = new Semaphore(0);
    private final AtomicBoolean isDone = new AtomicBoolean();
    private final FutureTask<Object> task;

    private Worker(Callable<?> work) {
      this.task =
          new FutureTask<>(
              () -> {
                turn.acquireUninterruptibly();
                try {
                  return work.call();
                } finally {
                  isDone.set(true);
                  paused.release();
                }
              });
    }

    private void start() {
      Thread thread = new Thread(task, "scheduled");
      thread.setDaemon(true);
      thread.start();
    }

    /** Runs the worker until its next store call, or to completion. */
    void step() {
      if (!isDone.get()) {
        turn.release();
        paused.acquireUninterruptibly();
      }
    }

    boolean isDone() {
      return isDone.get();
    }

    /** Runs the worker to completion, and returns its result. */
    Future<Object> outcome() {
      while (!isDone()) {
        step();
      }
      return task;
    }

    private void pause() {
      paused.release();
      turn.acquireUninterruptibly();
    }
  }

  /** Starts a worker over a view of the store in which each call waits for its turn. */
  Worker worker(Function<TokenStore, Callable<?>> work) {
    AtomicReference<@Nullable Worker> self = new AtomicReference<>();
    TokenStore seen =
        new ForwardingTokenStore(store) {
          @Override
          protected <T> T execute(Call call, Supplier<T> effect) {
            Objects.requireNonNull(self.get()).pause();
            return effect.get();
          }
        };
    Worker worker = new Worker(work.apply(seen));
    self.set(worker);
    worker.start();
    return worker;
  }

  /** Returns the exception of a worker, or null if it completed normally. */
  static @Nullable Throwable failureOf(Worker worker) throws InterruptedException {
    try {
      var unused = worker.outcome().get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }
}
