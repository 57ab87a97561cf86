package org.tokenfilter.credentials;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Who has logged in from where in the last seven days. Where too many others have failed, a login
 * is still checked if it can be one of these; else it is refused unseen.
 *
 * <p>Whether it can be one must not tell a stranger at the same address who is known there. So of
 * each success eight bits of a keyed digest are kept beside its name and client, and of those that
 * are not known eight others are taken: in both cases one password in 256 is checked, and the
 * answer to a wrong one is the same. Bounded in memory; holds no name and no address, and of a
 * password these eight bits. Thread-safe.
 */
final class KnownLogins {

  static final Duration KEPT = Duration.ofDays(7);
  private static final int MOST = 100_000;

  private static final char[] NO_PASSWORD = {};

  private final KeyedDigest digests;
  private final Cache<Place, Byte> marks;

  /** A user name at a client. */
  private record Place(long one, long two) {}

  KnownLogins(KeyedDigest digests, Ticker nanos) {
    this.digests = digests;
    this.marks =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(KEPT)
            .ticker(nanos)
            .executor(Runnable::run)
            .build();
  }

  /** A login, looked at. */
  final class Look {

    private final Place place;
    private final byte mark;
    private final byte ofNobody;
    private final @Nullable Byte kept;

    private Look(String name, String client, char[] password) {
      ByteBuffer digest =
          ByteBuffer.wrap(digests.of(KeyedDigest.Purpose.PLACE, name, client, NO_PASSWORD));
      place = new Place(digest.getLong(), digest.getLong());
      ofNobody = digest.get();
      mark = digests.of(KeyedDigest.Purpose.PLACE_AND_PASSWORD, name, client, password)[0];
      kept = marks.getIfPresent(place);
    }

    /** Whether it can be one that has succeeded; so can one in 256 of all others. */
    boolean canBeKnown() {
      return mark == (kept == null ? ofNobody : kept);
    }

    /** Whether its user name has succeeded at its client, perhaps by another password. */
    boolean isKnown() {
      return kept != null;
    }

    /** It has succeeded. */
    void succeeded() {
      marks.put(place, mark);
    }
  }

  /**
   * Looks at a login.
   *
   * @param name as it is counted
   * @param client as it is counted
   */
  Look at(String name, String client, char[] password) {
    return new Look(name, client, password);
  }

  /** How many are kept. */
  long size() {
    marks.cleanUp();
    return marks.estimatedSize();
  }
}
