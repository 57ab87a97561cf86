package org.tokenfilter.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A throttle that counts failed logins: for each pair of user name and client, and with ten times
 * the limit for each name alone and each client alone. A client with an IPv6 address is identified
 * by its /64 prefix, since it may have all addresses of it. A count starts with its first failure
 * and is removed one window later.
 *
 * <p>The number of attempts in flight is limited, so that no limit would be exceeded if all of them
 * failed. The next attempt waits until one of them is finished. So a burst cannot exceed a limit,
 * and a correct password is not rejected because other logins are being checked. The second half of
 * the limit of a name or of a client is reserved for pairs that have not failed yet. If the limit
 * of a name or of a client is reached, an attempt is allowed only if it can be a login that is
 * known to succeed.
 *
 * <p>Bounded in memory: if there are too many counts of a kind, the least used ones of that kind
 * are evicted first. Each kind has its own bound, so that attempts with many names, which are
 * rejected unchecked and cost nothing, do not evict the count of a name or of a client.
 * Thread-safe.
 */
public final class LoginThrottle {

  private static final long SINGLE_KEY_FACTOR = 10;
  private static final int MAX_COUNTS_OF_A_KIND = 100_000;
  private static final int IPV6_LENGTH = 16;

  private final long maxFailures;
  private final Map<Kind, Cache<Key, Count>> counts = new EnumMap<>(Kind.class);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition attemptFinished = lock.newCondition();

  /** The kind of a count. */
  private enum Kind {
    PAIR,
    NAME,
    CLIENT
  }

  /** The key of a count; a part that is not significant for the kind is empty. */
  private record Key(Kind kind, String name, String client) {}

  /** A count of failed attempts and of attempts in flight. Guarded by the lock. */
  private static final class Count {
    private final Key key;
    private final long limit;
    private long failed;
    private long pending;

    Count(Key key, long limit) {
      this.key = key;
      this.limit = limit;
    }

    /**
     * Returns the part of the limit that a pair may use.
     *
     * @param fresh whether the pair has not failed before; otherwise only the first half is usable
     */
    long limit(boolean fresh) {
      return fresh ? limit : Math.max(1, limit / 2);
    }

    boolean isReached(boolean fresh) {
      return failed >= limit(fresh);
    }

    boolean hasRoom(boolean fresh) {
      return failed + pending < limit(fresh);
    }
  }

  /** A limit for which an attempt is rejected. */
  enum Limit {
    /** The limit of a user name and a client. */
    PER_NAME_AND_CLIENT(RefusalCause.LOGINS_OF_NAME_AND_CLIENT),
    /** The limit of a user name, over all clients. */
    PER_NAME(RefusalCause.LOGINS_OF_NAME),
    /** The limit of a client, over all user names. */
    PER_CLIENT(RefusalCause.LOGINS_OF_CLIENT);

    private final RefusalCause cause;

    Limit(RefusalCause cause) {
      this.cause = cause;
    }

    TokenRejectedException rejection() {
      return new TokenRejectedException(cause);
    }
  }

  /**
   * Creates a throttle.
   *
   * @param failures the number of allowed failures of a user name from a client
   * @param window the lifetime of a count
   * @param nanos a time in nanoseconds, with any origin
   */
  public LoginThrottle(int failures, Duration window, Ticker nanos) {
    this.maxFailures = failures;
    for (Kind kind : Kind.values()) {
      counts.put(kind, emptyCounts(window, nanos));
    }
  }

  /** Returns a cache whose only write of an entry is its creation: counts change in place. */
  private static Cache<Key, Count> emptyCounts(Duration window, Ticker nanos) {
    return Caffeine.newBuilder()
        .maximumSize(MAX_COUNTS_OF_A_KIND)
        .expireAfterWrite(window)
        .ticker(nanos)
        .build();
  }

  /**
   * Begins an attempt, which is in flight from then on. Waits while too many attempts are in
   * flight.
   *
   * @param name the normalized user name
   * @param client the client key
   * @param canBeKnown whether the attempt can be a login that is known to succeed
   * @param slot the waiting slot of the login, which limits the time
   * @throws TokenRejectedException if too many logins have failed, or the attempt waited too long
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  Attempt begin(String name, String client, boolean canBeKnown, WaitingSlot slot)
      throws TokenRejectedException, InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        Attempt attempt = new Attempt(name, client);
        Limit over = attempt.limitReached();
        if (over != null && (over == Limit.PER_NAME_AND_CLIENT || !canBeKnown)) {
          attempt.countRejection(over);
          throw over.rejection();
        }
        // A login that can be known is not delayed by the attempts of others in flight, either.
        if (attempt.hasRoom(canBeKnown)) {
          return attempt.start(over);
        }
        attempt.removeEmpty();
        if (attemptFinished.awaitNanos(slot.acquire()) <= 0) {
          throw WaitingSlot.timedOut();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of stored counts. */
  long counts() {
    counts.values().forEach(Cache::cleanUp);
    return counts.values().stream().mapToLong(Cache::estimatedSize).sum();
  }

  /** Returns the key by which a client is counted: its address, or its /64 prefix for IPv6. */
  static String clientKey(ClientAddress client) {
    return client.bytes().length == IPV6_LENGTH ? client.prefix() : client.toString();
  }

  private Count count(Kind kind, String name, String client, long limit) {
    return ofKind(kind).get(new Key(kind, name, client), key -> new Count(key, limit));
  }

  private Cache<Key, Count> ofKind(Kind kind) {
    return Objects.requireNonNull(counts.get(kind));
  }

  /** A login attempt. The caller must finish it with exactly one of three methods. */
  final class Attempt {

    private final Count pairCount;
    private final Count nameCount;
    private final Count clientCount;
    private final boolean fresh;
    private @Nullable Limit exceededLimit;

    private Attempt(String name, String client) {
      pairCount = count(Kind.PAIR, name, client, maxFailures);
      nameCount = count(Kind.NAME, name, "", maxFailures * SINGLE_KEY_FACTOR);
      clientCount = count(Kind.CLIENT, "", client, maxFailures * SINGLE_KEY_FACTOR);
      fresh = pairCount.failed + pairCount.pending == 0;
    }

    private @Nullable Limit limitReached() {
      if (pairCount.isReached(true)) {
        return Limit.PER_NAME_AND_CLIENT;
      }
      if (clientCount.isReached(fresh)) {
        return Limit.PER_CLIENT;
      }
      return nameCount.isReached(fresh) ? Limit.PER_NAME : null;
    }

    private boolean hasRoom(boolean alone) {
      return pairCount.hasRoom(true)
          && (alone || (nameCount.hasRoom(fresh) && clientCount.hasRoom(fresh)));
    }

    private Attempt start(@Nullable Limit past) {
      exceededLimit = past;
      pairCount.pending++;
      nameCount.pending++;
      clientCount.pending++;
      return this;
    }

    /** Counts a failure of the pair, so that its mark cannot be guessed by unlimited attempts. */
    private void countRejection(Limit limit) {
      if (limit != Limit.PER_NAME_AND_CLIENT) {
        pairCount.failed++;
      }
      removeEmpty();
    }

    /**
     * Returns the limit of the name or of the client that was already reached when the attempt
     * began; null if none was. The caller must reject the attempt with this limit, unless it is a
     * login that is known to succeed and does succeed.
     */
    @Nullable Limit exceededLimit() {
      return exceededLimit;
    }

    /** Finishes the attempt as successful, and resets the failures of the user at this client. */
    void succeeded() {
      finish(() -> pairCount.failed = 0);
    }

    /** Finishes the attempt as failed, and counts it. */
    void failed() {
      finish(
          () -> {
            pairCount.failed++;
            nameCount.failed++;
            clientCount.failed++;
          });
    }

    /** Finishes the attempt without a result; it is not counted. */
    void cancelled() {
      finish(() -> {});
    }

    /** Applies a change of the counts under the lock, and wakes the waiting attempts. */
    private void finish(Runnable counting) {
      lock.lock();
      try {
        counting.run();
        pairCount.pending--;
        nameCount.pending--;
        clientCount.pending--;
        removeEmpty();
        attemptFinished.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /** Removes counts without a failure, since a count starts with its first failure. */
    private void removeEmpty() {
      removeIfEmpty(pairCount);
      removeIfEmpty(nameCount);
      removeIfEmpty(clientCount);
    }

    private void removeIfEmpty(Count count) {
      if (count.failed == 0 && count.pending == 0) {
        ofKind(count.key.kind()).asMap().remove(count.key, count);
      }
    }
  }
}
