package org.tokenfilter.credentials;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Subject;

/**
 * The latest logins that have succeeded, for ten seconds: a caller that sends the same user name
 * and password with each request costs one hash in that time. Of a password its keyed digest is
 * kept. Only successes are, and only for as long as the accounts are the same. A name that is
 * remembered and one that is not take the same time where the password is another one. Bounded in
 * memory; thread-safe.
 */
final class RememberedLogins {

  static final Duration KEPT = Duration.ofSeconds(10);

  /** Of all that is kept, more or less. */
  private static final long MOST_BYTES = 8L << 20;

  private static final int BYTES_BESIDE_TEXTS = 300;

  private final KeyedDigest digests;
  private final Cache<String, Success> successes;
  private final byte[] nothing;

  @SuppressWarnings("ArrayRecordComponent") // never given out, and compared by MessageDigest
  private record Success(byte[] digest, Subject subject, Object accounts) {

    static int bytes(String name, Success success) {
      Subject subject = success.subject();
      int chars = name.length() + subject.name().length();
      for (String role : subject.roles()) {
        chars += role.length();
      }
      for (Map.Entry<String, String> attribute : subject.attributes().entrySet()) {
        chars += attribute.getKey().length() + attribute.getValue().length();
      }
      int parts = 1 + subject.roles().size() + 2 * subject.attributes().size();
      return BYTES_BESIDE_TEXTS * parts + Character.BYTES * chars;
    }
  }

  /**
   * A memory.
   *
   * @param nanos a time in nanoseconds, of any origin
   */
  RememberedLogins(KeyedDigest digests, Ticker nanos) {
    this.digests = digests;
    this.nothing = digestOf("", new char[0]);
    this.successes =
        Caffeine.newBuilder()
            .maximumWeight(MOST_BYTES)
            .weigher(Success::bytes)
            .expireAfterWrite(KEPT)
            .ticker(nanos)
            .executor(Runnable::run)
            .build();
  }

  /** What {@link #find} and {@link #keep} compare a login by. */
  byte[] digestOf(String username, char[] password) {
    return digests.of(KeyedDigest.Purpose.LOGIN, username, "", password);
  }

  /**
   * Who it is, if this login has just succeeded.
   *
   * @param accounts what the accounts are now; null if that is not known: nothing is remembered
   */
  Optional<Subject> find(String username, byte[] digest, @Nullable Object accounts) {
    Success success = successes.getIfPresent(username);
    boolean same = MessageDigest.isEqual(success == null ? nothing : success.digest(), digest);
    return success != null && same && success.accounts() == accounts
        ? Optional.of(success.subject())
        : Optional.empty();
  }

  /**
   * This login has succeeded.
   *
   * @param accounts what the accounts were before it was checked
   */
  void keep(String username, byte[] digest, Subject subject, @Nullable Object accounts) {
    if (accounts != null) {
      successes.put(username, new Success(digest, subject, accounts));
    }
  }

  /** How many are kept. */
  long size() {
    successes.cleanUp();
    return successes.estimatedSize();
  }
}
