package org.tokenfilter.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The polls of several shards side by side, each at most once at a time, so that a shard that hangs
 * delays no other. The threads are bounded: so many shards but one may hang at once until the
 * bounded duration of their calls is over (S16), before the others wait for a thread. They are
 * stopped when idle.
 */
final class ShardPolls implements AutoCloseable {

  /** The maximum number of shards that are asked at the same time. */
  static final int MAX_THREADS = 16;

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

  /**
   * The maximum wait for the answers of one round. A shard that is slower is left out of the next
   * rounds until it has answered.
   */
  private static final Duration MAX_WAIT = Duration.ofMillis(250);

  private final List<ShardFeed> shards;
  private final List<CompletableFuture<Optional<Throwable>>> polls = new ArrayList<>();
  private final ThreadPoolExecutor executor;

  ShardPolls(List<ShardFeed> shards) {
    this.shards = shards;
    int threads = Math.min(shards.size(), MAX_THREADS);
    this.executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            KEEP_ALIVE.toMillis(),
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            ShardPolls::newThread);
    executor.allowCoreThreadTimeOut(true);
    shards.forEach(shard -> polls.add(CompletableFuture.completedFuture(Optional.empty())));
  }

  private static Thread newThread(Runnable run) {
    Thread thread = new Thread(run, "token-filter changes of a shard");
    thread.setDaemon(true);
    // Not inherited from the starting thread, whose class loader would be retained.
    thread.setContextClassLoader(ShardPolls.class.getClassLoader());
    return thread;
  }

  /**
   * Polls each shard that is not being polled yet, and waits some time for their answers. Called by
   * one thread.
   *
   * @return the failure of a shard, or of one that has not answered since an earlier call; empty if
   *     there is none
   */
  Optional<Throwable> poll() {
    List<CompletableFuture<?>> begun = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (int shard = 0; shard < polls.size(); shard++) {
      if (polls.get(shard).isDone()) {
        ShardFeed feed = shards.get(shard);
        polls.set(shard, CompletableFuture.supplyAsync(feed::poll, executor));
        begun.add(polls.get(shard));
      } else {
        failures.add(new TimeoutException("shard " + shard + " has not answered yet"));
      }
    }
    await(begun);
    polls.forEach(poll -> poll.getNow(Optional.empty()).ifPresent(failures::add));
    return failures.stream().findFirst();
  }

  private static void await(List<CompletableFuture<?>> begun) {
    try {
      var unused =
          CompletableFuture.allOf(begun.toArray(new CompletableFuture<?>[0]))
              .get(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException slow) {
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the poll of a shard reports its failures", e);
    }
  }

  /** Stops the threads. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
