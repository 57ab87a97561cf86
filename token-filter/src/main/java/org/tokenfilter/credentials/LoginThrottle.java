package org.tokenfilter.credentials;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.text.Normalizer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Counts failed logins: for each user name from each client, and with ten times the patience for
 * each name and for each client alone. A client of IPv6 is its /64, whose addresses it may all
 * have. A count begins with its first failure and is forgotten a window later. An attempt counts as
 * failed until it has succeeded, so that those made at once do not slip through. Bounded in memory:
 * under a flood of names the counts that are used least go first. Thread-safe.
 */
public final class LoginThrottle {

  private static final long PATIENCE_ALONE = 10;
  private static final int MOST_COUNTS = 100_000;
  private static final int IPV6_LENGTH = 16;
  private static final int NAME_KEPT = 255;

  private final int failures;
  private final Cache<Key, AtomicInteger> counts;

  /** Whose failures are counted; an empty text for whoever it is. */
  private record Key(String name, String client) {}

  private record Count(AtomicInteger failed, long limit) {}

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
   * Begins an attempt, which counts as failed from now on.
   *
   * @throws TokenRejectedException if too many have failed; this one then does not count
   */
  Attempt begin(String username, ClientAddress client) throws TokenRejectedException {
    String name = normalized(username);
    String whence = whence(client);
    Key both = new Key(name, whence);
    Attempt attempt =
        new Attempt(
            both,
            List.of(
                count(both, failures),
                count(new Key(name, ""), failures * PATIENCE_ALONE),
                count(new Key("", whence), failures * PATIENCE_ALONE)));
    if (attempt.isOneTooMany()) {
      attempt.undecided();
      throw new TokenRejectedException(Rejection.TOO_MANY_LOGINS, "too many logins have failed");
    }
    return attempt;
  }

  /** How many counts are kept. */
  long counts() {
    counts.cleanUp();
    return counts.estimatedSize();
  }

  private Count count(Key key, long limit) {
    return new Count(counts.get(key, unused -> new AtomicInteger()), limit);
  }

  private static String whence(ClientAddress client) {
    return client.bytes().length == IPV6_LENGTH ? client.prefix() : client.toString();
  }

  /** Names that an account database may take for one are counted as one. */
  private static String normalized(String username) {
    String name =
        Normalizer.normalize(username, Normalizer.Form.NFKC).strip().toLowerCase(Locale.ROOT);
    // Normalizing may make it eighteen times as long.
    return name.substring(0, Math.min(name.length(), NAME_KEPT));
  }

  /** An attempt to log in. */
  final class Attempt {

    private final Key both;
    private final List<Count> taken;

    private Attempt(Key both, List<Count> taken) {
      this.both = both;
      this.taken = taken;
      taken.forEach(count -> count.failed().incrementAndGet());
    }

    private boolean isOneTooMany() {
      return taken.stream().anyMatch(count -> count.failed().get() > count.limit());
    }

    /** It succeeded: this user has nothing against them at this client any more. */
    void succeeded() {
      undecided();
      counts.invalidate(both);
    }

    /** It neither succeeded nor failed. */
    void undecided() {
      taken.forEach(count -> count.failed().decrementAndGet());
    }
  }
}
