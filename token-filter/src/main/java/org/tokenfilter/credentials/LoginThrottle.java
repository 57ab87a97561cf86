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
 * Counts failed logins: for each user name from each client, and with ten times the limit for each
 * name and for each client alone. A client of IPv6 is its /64, whose addresses it may all have. A
 * count begins with its first failure and is forgotten a window later.
 *
 * <p>No more attempts are undecided at once than could all fail without going over a limit; the
 * next one waits until one of them is decided, so that a burst does not slip through and a right
 * password is not refused because others are being checked. Of the limits of a name and of a client
 * alone the second half is left to pairs that have not failed yet. Where one of these two is
 * reached, an attempt is let through only if it can be a login that is known to succeed.
 *
 * <p>Bounded in memory: under a flood of names the counts that are used least go first.
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

  /** What is counted together. */
  private enum Kind {
    PAIR,
    NAME,
    CLIENT
  }

  /** Whose failures are counted; what does not matter for its kind is empty. */
  private record Key(Kind kind, String name, String client) {}

  /** Guarded by the lock. */
  private static final class Count {
    private final Key key;
    private final long limit;
    private long failed;
    private long undecided;

    Count(Key key, long limit) {
      this.key = key;
      this.limit = limit;
    }

    /** How much of the limit a pair may use; one that has failed before, the first half. */
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

  /** Why an attempt is refused. */
  enum Limit {
    /** The user name from this client. */
    OF_PAIR("too many logins of the user name from the client have failed"),
    /** The user name, from whatever clients. */
    OF_NAME("too many logins of the user name have failed"),
    /** The client, by whatever user names. */
    OF_CLIENT("too many logins from the client have failed");

    private final String why;

    Limit(String why) {
      this.why = why;
    }

    TokenRejectedException refusal() {
      return new TokenRejectedException(Rejection.TOO_MANY_LOGINS, why);
    }

    /** Whether this limit is why a login was refused. */
    boolean refused(TokenRejectedException refusal) {
      return refusal.why().equals(why);
    }
  }

  /**
   * A throttle.
   *
   * @param failures how many failures of a user name from a client are borne
   * @param window how long a count lasts
   * @param nanos a time in nanoseconds, of any origin
   */
  public LoginThrottle(int failures, Duration window, Ticker nanos) {
    this.failures = failures;
    // Counts are changed in place, so what is written is the beginning of one.
    this.counts =
        Caffeine.newBuilder()
            .maximumSize(MOST_COUNTS)
            .expireAfterWrite(window)
            .ticker(nanos)
            .build();
  }

  /**
   * Begins an attempt, which is undecided from now on.
   *
   * @param name as it is counted
   * @param client as it is counted
   * @param canBeKnown whether it can be a login that is known to succeed
   * @param wait waits where it must
   * @throws TokenRejectedException if too many have failed, or it has waited for too long
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
        // A login that can be known is not held up by what others have under way, either.
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

  /** How many counts are kept. */
  long counts() {
    counts.cleanUp();
    return counts.estimatedSize();
  }

  /** A client as it is counted. */
  static String counted(ClientAddress client) {
    return client.bytes().length == IPV6_LENGTH ? client.prefix() : client.toString();
  }

  private Count count(Kind kind, String name, String client, long limit) {
    return counts.get(new Key(kind, name, client), key -> new Count(key, limit));
  }

  /** An attempt to log in, which ends by one of three calls. */
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

    /** What it was compared with must not be guessed at for ever. */
    private void refused(Limit limit) {
      if (limit != Limit.OF_PAIR) {
        pair.failed++;
      }
      forgetEmpty();
    }

    /**
     * The limit of its name or of its client that was reached already when it began: it is refused
     * by that unless it is a login that is known to succeed, and does. Null if there is none.
     */
    @Nullable Limit beyond() {
      return beyond;
    }

    /** It succeeded: this user has nothing against them at this client any more. */
    void succeeded() {
      end(() -> pair.failed = 0);
    }

    /** It failed. */
    void failed() {
      end(
          () -> {
            pair.failed++;
            ofName.failed++;
            ofClient.failed++;
          });
    }

    /** It neither succeeded nor failed. */
    void undecided() {
      end(() -> {});
    }

    /** Counts under the lock, where what is counted is read as well. */
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

    /** A count begins with its first failure, so those that have none are not kept. */
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
