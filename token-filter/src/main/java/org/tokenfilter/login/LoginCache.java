package org.tokenfilter.login;

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
 * A cache of successful logins, for ten seconds. A client that sends the same user name and
 * password with each request costs one password hash in that time. The cache stores a keyed digest
 * of each password. Failed logins are not cached, and an entry is valid only as long as the version
 * of the accounts is the same. With a wrong password, a cached name and a name that is not cached
 * take the same time. Bounded in memory. Thread-safe.
 */
final class LoginCache {

  static final Duration RETENTION = Duration.ofSeconds(10);

  /** The approximate maximum size of all entries. */
  private static final long MAX_BYTES = 8L << 20;

  private static final int OVERHEAD_BYTES = 300;

  private final KeyedDigest digests;
  private final Cache<String, Success> successes;
  private final byte[] dummyDigest;

  @SuppressWarnings("ArrayRecordComponent") // never exposed, and compared by MessageDigest
  private record Success(byte[] digest, Subject subject, Object accountsVersion) {

    static int weight(String name, Success success) {
      Subject subject = success.subject();
      int chars = name.length() + subject.name().length();
      for (String role : subject.roles()) {
        chars += role.length();
      }
      for (Map.Entry<String, String> attribute : subject.attributes().entrySet()) {
        chars += attribute.getKey().length() + attribute.getValue().length();
      }
      int parts = 1 + subject.roles().size() + 2 * subject.attributes().size();
      return OVERHEAD_BYTES * parts + Character.BYTES * chars;
    }
  }

  /**
   * Creates an empty cache.
   *
   * @param digests computes the digests of passwords
   * @param nanos a time in nanoseconds, with any origin
   */
  LoginCache(KeyedDigest digests, Ticker nanos) {
    this.digests = digests;
    this.dummyDigest = digestOf("", new char[0]);
    this.successes =
        Caffeine.newBuilder()
            .maximumWeight(MAX_BYTES)
            .weigher(Success::weight)
            .expireAfterWrite(RETENTION)
            .ticker(nanos)
            .executor(Runnable::run)
            .build();
  }

  /** Returns the digest of a login, for {@link #find} and {@link #put}. */
  byte[] digestOf(String username, char[] password) {
    return digests.of(KeyedDigest.Purpose.LOGIN, username, "", password);
  }

  /**
   * Returns the subject of a login that succeeded recently; empty if there is none.
   *
   * @param username the user name as it was sent
   * @param digest the digest of the login
   * @param accounts the current version of the accounts; null if there is none, in which case
   *     nothing is found
   */
  Optional<Subject> find(String username, byte[] digest, @Nullable Object accounts) {
    Success success = successes.getIfPresent(username);
    boolean same = MessageDigest.isEqual(success == null ? dummyDigest : success.digest(), digest);
    return success != null && same && success.accountsVersion() == accounts
        ? Optional.of(success.subject())
        : Optional.empty();
  }

  /**
   * Stores a login that succeeded.
   *
   * @param username the user name as it was sent
   * @param digest the digest of the login
   * @param subject the subject that logged in
   * @param accounts the version of the accounts before the check; null if there is none, in which
   *     case nothing is stored
   */
  void put(String username, byte[] digest, Subject subject, @Nullable Object accounts) {
    if (accounts != null) {
      successes.put(username, new Success(digest, subject, accounts));
    }
  }

  /** Returns the number of entries. */
  long size() {
    successes.cleanUp();
    return successes.estimatedSize();
  }
}
