package org.tokenfilter.tools;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.ContentEncryption;
import org.tokenfilter.codec.ContentKey;
import org.tokenfilter.codec.ContentKey.State;
import org.tokenfilter.codec.KeyRing;

/**
 * The steps of a rotation, each a ring that follows from another one. What is not allowed is an
 * IllegalArgumentException, whose message says what to do instead.
 */
final class Rotation {

  private static final Pattern NUMBERED = Pattern.compile("k(\\d{1,9})");

  private Rotation() {}

  /**
   * With a new key that opens tokens and makes none yet.
   *
   * @param encryption what it is for; null for what the active one is for
   * @param kid its name; null for the next number
   * @param now when it is made
   */
  static KeyRing staged(
      KeyRing ring,
      @Nullable ContentEncryption encryption,
      @Nullable String kid,
      SecureRandom random,
      Instant now) {
    for (ContentKey staged : in(State.STAGED, ring)) {
      throw new IllegalArgumentException(
          "key '%s' is staged already. Once every node has read the file: keys rotate --activate FILE"
              .formatted(staged.kid()));
    }
    List<ContentKey> keys = new ArrayList<>(ring.keys());
    keys.add(
        ContentKey.random(
                kid == null ? nextName(ring) : kid,
                encryption == null ? active(ring).encryption() : encryption,
                State.STAGED,
                random)
            .madeAt(now));
    return KeyRing.of(keys);
  }

  /**
   * With the staged key in the place of the active one.
   *
   * @param kid which one, where several are staged; null if there is but one
   */
  static KeyRing activated(KeyRing ring, @Nullable String kid) {
    List<ContentKey> staged = new ArrayList<>(in(State.STAGED, ring));
    staged.removeIf(key -> kid != null && !key.kid().equals(kid));
    if (staged.isEmpty()) {
      throw new IllegalArgumentException(
          "no key%s is staged. First: keys rotate FILE"
              .formatted(kid == null ? "" : " '" + kid + "'"));
    }
    if (staged.size() > 1) {
      throw new IllegalArgumentException("several keys are staged: say which one by --kid");
    }
    ContentKey next = staged.get(0);
    List<ContentKey> keys = new ArrayList<>(ring.keys());
    keys.replaceAll(
        key ->
            key == next
                ? key.in(State.ACTIVE)
                : key.state() == State.ACTIVE ? key.in(State.ACCEPT) : key);
    return KeyRing.of(keys);
  }

  /** With a key that opens nothing any more; the same ring if it is retired already. */
  static KeyRing retired(KeyRing ring, String kid) {
    List<ContentKey> keys = new ArrayList<>(ring.keys());
    ContentKey found =
        keys.stream()
            .filter(key -> key.kid().equals(kid))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("there is no key of this name: keys list FILE"));
    if (found.state() == State.ACTIVE) {
      throw new IllegalArgumentException(
          "key '%s' is the active one, which makes all new tokens. First: keys rotate FILE, then keys"
                  .formatted(kid)
              + " rotate --activate FILE");
    }
    if (found.state() == State.RETIRED) {
      return ring;
    }
    keys.replaceAll(key -> key == found ? key.in(State.RETIRED) : key);
    return KeyRing.of(keys);
  }

  /** The one that makes tokens. */
  static ContentKey active(KeyRing ring) {
    return in(State.ACTIVE, ring).get(0);
  }

  private static List<ContentKey> in(State state, KeyRing ring) {
    return ring.keys().stream().filter(key -> key.state() == state).toList();
  }

  private static String nextName(KeyRing ring) {
    long highest = 0;
    for (ContentKey key : ring.keys()) {
      Matcher number = NUMBERED.matcher(key.kid());
      if (number.matches()) {
        highest = Math.max(highest, Long.parseLong(number.group(1)));
      }
    }
    return "k" + (highest + 1);
  }
}
