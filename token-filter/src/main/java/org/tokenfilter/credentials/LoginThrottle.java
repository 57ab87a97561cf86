package org.tokenfilter.credentials;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
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
 * <p>Bounded in memory: if there are too many names, the least used counts are evicted first.
 * Thread-safe.
 */
public final class LoginThrottle {

  private static final long FACTOR_ALONE = 10;
  private static final int MOST_COUNTS = 100_000;
  private static final int IPV6_LENGTH = 16;

  private final long failures;
  private final Cache<Key, Count> counts;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition decided = lock.newCondition();

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
    private long undecided;

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
      return failed + undecided < limit(fresh);
    }
  }

  /** A limit for which an attempt is rejected. */
  enum Limit {
    /** The limit of a user name and a client. */
    OF_PAIR("too many failed logins of the user name from the client"),
    /** The limit of a user name, over all clients. */
    OF_NAME("too many failed logins of the user name"),
    /** The limit of a client, over all user names. */
    OF_CLIENT("too many failed logins from the client");

    private final String why;

    Limit(String why) {
      this.why = why;
    }

    TokenRejectedException refusal() {
      return new TokenRejectedException(Rejection.TOO_MANY_LOGINS, why);
    }

    /** Returns whether a login was rejected because of this limit. */
    boolean refused(TokenRejectedException refusal) {
      return refusal.why().equals(why);
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
    this.failures = failures;
    // Counts are modified in place, so the only write of an entry is its creation.
    this.counts =
        Caffeine.newBuilder()
            .maximumSize(MOST_COUNTS)
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
   * @param wait the waiting slot of the login, which limits the time
   * @throws TokenRejectedException if too many logins have failed, or the attempt waited too long
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  Attempt begin(String name, String client, boolean canBeKnown, Wait wait)
      throws TokenRejectedException, InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        Attempt attempt = new Attempt(name, client);
        Limit over = attempt.limitReached();
        if (over != null && (over == Limit.OF_PAIR || !canBeKnown)) {
          attempt.refused(over);
          throw over.refusal();
        }
        // A login that can be known is not delayed by the attempts of others in flight, either.
        if (attempt.hasRoom(canBeKnown)) {
          return attempt.entered(over);
        }
        attempt.forgetEmpty();
        if (decided.awaitNanos(wait.begin()) <= 0) {
          throw Wait.tooLong();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of stored counts. */
  long counts() {
    counts.cleanUp();
    return counts.estimatedSize();
  }

  /** Returns the key by which a client is counted: its address, or its /64 prefix for IPv6. */
  static String counted(ClientAddress client) {
    return client.bytes().length == IPV6_LENGTH ? client.prefix() : client.toString();
  }

  private Count count(Kind kind, String name, String client, long limit) {
    return counts.get(new Key(kind, name, client), key -> new Count(key, limit));
  }

  /** A login attempt. The caller must finish it with exactly one of three methods. */
  final class Attempt {

    private final Count pair;
    private final Count ofName;
    private final Count ofClient;
    private final boolean fresh;
    private @Nullable Limit beyond;

    private Attempt(String name, String client) {
      pair = count(Kind.PAIR, name, client, failures);
      ofName = count(Kind.NAME, name, "", failures * FACTOR_ALONE);
      ofClient = count(Kind.CLIENT, "", client, failures * FACTOR_ALONE);
      fresh = pair.failed + pair.undecided == 0;
    }

    private @Nullable Limit limitReached() {
      if (pair.isReached(true)) {
        return Limit.OF_PAIR;
      }
      if (ofClient.isReached(fresh)) {
        return Limit.OF_CLIENT;
      }
      return ofName.isReached(fresh) ? Limit.OF_NAME : null;
    }

    private boolean hasRoom(boolean alone) {
      return pair.hasRoom(true) && (alone || (ofName.hasRoom(fresh) && ofClient.hasRoom(fresh)));
    }

    private Attempt entered(@Nullable Limit past) {
      beyond = past;
      pair.undecided++;
      ofName.undecided++;
      ofClient.undecided++;
      return this;
    }

    /** Counts a failure of the pair, so that its mark cannot be guessed by unlimited attempts. */
    private void refused(Limit limit) {
      if (limit != Limit.OF_PAIR) {
        pair.failed++;
      }
      forgetEmpty();
    }

    /**
     * Returns the limit of the name or of the client that was already reached when the attempt
     * began; null if none was. The caller must reject the attempt with this limit, unless it is a
     * login that is known to succeed and does succeed.
     */
    @Nullable Limit beyond() {
      return beyond;
    }

    /** Finishes the attempt as successful, and resets the failures of the user at this client. */
    void succeeded() {
      end(() -> pair.failed = 0);
    }

    /** Finishes the attempt as failed, and counts it. */
    void failed() {
      end(
          () -> {
            pair.failed++;
            ofName.failed++;
            ofClient.failed++;
          });
    }

    /** Finishes the attempt without a result; it is not counted. */
    void undecided() {
      end(() -> {});
    }

    /** Applies a change of the counts under the lock, and wakes the waiting attempts. */
    private void end(Runnable counting) {
      lock.lock();
      try {
        counting.run();
        pair.undecided--;
        ofName.undecided--;
        ofClient.undecided--;
        forgetEmpty();
        decided.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /** Removes counts without a failure, since a count starts with its first failure. */
    private void forgetEmpty() {
      forget(pair);
      forget(ofName);
      forget(ofClient);
    }

    private void forget(Count count) {
      if (count.failed == 0 && count.undecided == 0) {
        counts.asMap().remove(count.key, count);
      }
    }
  }
}
