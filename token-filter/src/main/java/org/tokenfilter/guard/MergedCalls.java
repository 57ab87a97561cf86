package org.tokenfilter.guard;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenStoreException;

/**
 * Merged calls: the keys of callers that come while a question is in flight gather, in the order of
 * coming, and go out together with the next question. There is one question at a time. Only if it
 * has not been answered for 10 ms, the next one begins beside it, and there are never more than
 * four.
 *
 * <p>A caller gets the answer of a question that began after the caller came, so no answer is older
 * than its request. Callers for one key share it. The first caller of a question asks it on its own
 * thread; if that thread stops waiting or is interrupted, the next caller asks instead. A failed
 * question fails its own callers only. Each caller waits for a bounded time from its own coming.
 *
 * <p>Thread-safe. Internal: for the packages of this library only.
 *
 * @param <K> the type of the keys
 * @param <A> the type of the answers, each with the results of all keys of its question
 */
public final class MergedCalls<K, A> {

  /** The maximum number of keys of a question. */
  static final int MAX_KEYS = 64;

  /** The maximum number of questions in flight. */
  static final int MAX_QUESTIONS = 4;

  /** The time after which a question that is not answered holds up the next one no longer. */
  static final long PATIENCE_NANOS = Duration.ofMillis(10).toNanos();

  private final Function<? super List<K>, A> question;
  private final long maxWaitNanos;
  private final String call;
  private final LongSupplier nanoTime;

  private final ReentrantLock lock = new ReentrantLock();

  /** The questions that have not begun, the oldest first. Guarded by the lock. */
  private final Deque<Batch<K, A>> waiting = new ArrayDeque<>();

  private int inFlight;
  private long lastBegun;

  /** The callers of one question. Guarded by the lock, except the volatile fields. */
  private static final class Batch<K, A> {
    final Set<K> keys = new LinkedHashSet<>();
    final List<Thread> callers = new ArrayList<>();
    volatile @Nullable Thread leader;
    volatile @Nullable Outcome<A> outcome;
  }

  private record Outcome<A>(@Nullable A answer, @Nullable Throwable failure) {}

  /**
   * Creates calls of which none is in flight.
   *
   * @param question the question for many keys, made on the thread of one of its callers
   * @param maxWait the longest time that a caller waits for the question of another one
   * @param call the name of a call, for messages
   * @param nanoTime the monotonic clock, in nanoseconds
   */
  public MergedCalls(
      Function<? super List<K>, A> question, Duration maxWait, String call, LongSupplier nanoTime) {
    this.question = question;
    this.maxWaitNanos = maxWait.toNanos();
    this.call = call;
    this.nanoTime = nanoTime;
  }

  /**
   * Asks for a key, together with other callers.
   *
   * @return the answer to a question that contained the key and began after this call
   * @throws TokenStoreException if the question fails or the wait exceeds its limit
   */
  public A ask(K key) {
    long came = nanoTime.getAsLong();
    Thread me = Thread.currentThread();
    Batch<K, A> batch = join(key, me);
    while (true) {
      Outcome<A> outcome = batch.outcome;
      if (outcome != null) {
        return shared(outcome);
      }
      long pause = came + maxWaitNanos - nanoTime.getAsLong();
      if (batch.leader == me) {
        long turn = nanosUntilTurn(batch, me);
        if (turn <= 0) {
          return lead(batch, me);
        }
        pause = Math.min(pause, turn);
      }
      if (pause <= 0 || me.isInterrupted()) {
        leave(batch, me);
        throw gaveUp(me.isInterrupted());
      }
      LockSupport.parkNanos(batch, pause);
    }
  }

  /** Adds a caller to the question of the same key, or else to the last one that has room. */
  private Batch<K, A> join(K key, Thread me) {
    lock.lock();
    try {
      Batch<K, A> joined = null;
      for (Batch<K, A> batch : waiting) {
        if (batch.keys.contains(key)) {
          joined = batch;
          break;
        }
      }
      Batch<K, A> last = waiting.peekLast();
      if (joined == null && last != null && last.keys.size() < MAX_KEYS) {
        joined = last;
      }
      if (joined == null) {
        joined = new Batch<>();
        joined.leader = me;
        waiting.addLast(joined);
      }
      joined.keys.add(key);
      joined.callers.add(me);
      return joined;
    } finally {
      lock.unlock();
    }
  }

  /** Begins the question and returns 0, or returns the time to wait before the next try. */
  private long nanosUntilTurn(Batch<K, A> batch, Thread me) {
    lock.lock();
    try {
      if (batch.leader != me || waiting.peekFirst() != batch || inFlight >= MAX_QUESTIONS) {
        return Long.MAX_VALUE;
      }
      long now = nanoTime.getAsLong();
      long left = inFlight == 0 ? 0 : lastBegun + PATIENCE_NANOS - now;
      if (left > 0) {
        return left;
      }
      waiting.removeFirst();
      batch.callers.remove(me);
      inFlight++;
      lastBegun = now;
      wakeFirstLeader();
      return 0;
    } finally {
      lock.unlock();
    }
  }

  /** Asks the question. No caller joins it any more. */
  private A lead(Batch<K, A> batch, Thread me) {
    A answer;
    try {
      answer = question.apply(List.copyOf(batch.keys));
    } catch (Throwable failure) {
      finish(batch, new Outcome<>(null, failure), me.isInterrupted());
      throw failure;
    }
    finish(batch, new Outcome<>(answer, null), false);
    return answer;
  }

  private void finish(Batch<K, A> batch, Outcome<A> outcome, boolean interrupted) {
    List<Thread> callers = List.of();
    lock.lock();
    try {
      inFlight--;
      if (interrupted && !batch.callers.isEmpty()) {
        batch.leader = batch.callers.get(0);
        waiting.addFirst(batch);
      } else {
        batch.outcome = outcome;
        callers = List.copyOf(batch.callers);
      }
      wakeFirstLeader();
    } finally {
      lock.unlock();
    }
    callers.forEach(LockSupport::unpark);
  }

  /** Removes a caller that waits no longer, and lets another one lead in its place. */
  private void leave(Batch<K, A> batch, Thread me) {
    lock.lock();
    try {
      batch.callers.remove(me);
      if (batch.leader == me) {
        if (batch.callers.isEmpty()) {
          waiting.remove(batch);
        } else {
          batch.leader = batch.callers.get(0);
        }
        wakeFirstLeader();
      }
    } finally {
      lock.unlock();
    }
  }

  private void wakeFirstLeader() {
    Batch<K, A> first = waiting.peekFirst();
    if (first != null) {
      LockSupport.unpark(first.leader);
    }
  }

  private A shared(Outcome<A> outcome) {
    Throwable failure = outcome.failure();
    if (failure == null) {
      return Objects.requireNonNull(outcome.answer());
    }
    boolean retryable = !(failure instanceof TokenStoreException known) || known.retryable();
    throw new TokenStoreException("the " + call + " of another request failed", failure, retryable);
  }

  private TokenStoreException gaveUp(boolean interrupted) {
    return new TokenStoreException(
        interrupted
            ? "interrupted while waiting for the " + call + " of another request"
            : "the " + call + " of another request timed out",
        null,
        true);
  }

  /** Returns the number of callers whose question has not begun. */
  int waitingCallers() {
    lock.lock();
    try {
      return waiting.stream().mapToInt(batch -> batch.callers.size()).sum();
    } finally {
      lock.unlock();
    }
  }
}
