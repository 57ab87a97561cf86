package org.tokenfilter.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The combinations of user name and client that have logged in successfully in the last seven days.
 * If too many other logins have failed, a login is still checked if it can be one of these;
 * otherwise it is rejected unchecked.
 *
 * <p>This must not reveal to an attacker at the same address which users are known there. So eight
 * bits of a keyed digest, the mark, are stored with the name and the client of each success. For an
 * unknown combination, eight other bits take the place of the mark. In both cases one password in
 * 256 is checked, and the result for a wrong one is the same. Bounded in memory. No name and no
 * address is stored, and only these eight bits depend on a password. Thread-safe.
 */
final class KnownLogins {

  static final Duration RETENTION = Duration.ofDays(7);
  private static final int MAX_ENTRIES = 100_000;

  private static final char[] NO_PASSWORD = {};

  private final KeyedDigest digests;
  private final Cache<UserAtClient, Byte> marks;

  /** The digest of a user name and a client. */
  private record UserAtClient(long one, long two) {}

  KnownLogins(KeyedDigest digests, Ticker nanos) {
    this.digests = digests;
    this.marks =
        Caffeine.newBuilder()
            .maximumSize(MAX_ENTRIES)
            .expireAfterWrite(RETENTION)
            .ticker(nanos)
            .executor(Runnable::run)
            .build();
  }

  /** The result of looking up a login. */
  final class Lookup {

    private final UserAtClient userAtClient;
    private final byte mark;
    private final byte dummyMark;
    private final @Nullable Byte knownMark;

    private Lookup(String name, String client, char[] password) {
      ByteBuffer digest =
          ByteBuffer.wrap(
              digests.of(KeyedDigest.Purpose.NAME_AND_CLIENT, name, client, NO_PASSWORD));
      userAtClient = new UserAtClient(digest.getLong(), digest.getLong());
      dummyMark = digest.get();
      mark = digests.of(KeyedDigest.Purpose.NAME_CLIENT_AND_PASSWORD, name, client, password)[0];
      knownMark = marks.getIfPresent(userAtClient);
    }

    /**
     * Returns whether this can be a login that has succeeded before. Also true for one in 256 of
     * all other logins.
     */
    boolean canBeKnown() {
      return mark == (knownMark == null ? dummyMark : knownMark);
    }

    /**
     * Returns whether the user name has logged in successfully from the client, perhaps with
     * another password.
     */
    boolean isKnown() {
      return knownMark != null;
    }

    /** Records that the login succeeded. */
    void succeeded() {
      marks.put(userAtClient, mark);
    }
  }

  /**
   * Looks up a login.
   *
   * @param name the normalized user name
   * @param client the client key of the throttle
   * @param password the password as it was sent
   */
  Lookup lookUp(String name, String client, char[] password) {
    return new Lookup(name, client, password);
  }

  /** Returns the number of stored combinations. */
  long size() {
    marks.cleanUp();
    return marks.estimatedSize();
  }
}
