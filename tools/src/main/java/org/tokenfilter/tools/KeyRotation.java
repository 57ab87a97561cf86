package org.tokenfilter.tools;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.ContentKey.State;
import org.tokenfilter.keys.KeyRing;

/**
 * The steps of a key rotation. Each step returns a new key ring and leaves the given one unchanged.
 * A step that is not allowed throws an IllegalArgumentException whose message names the next step.
 */
final class KeyRotation {

  private static final Pattern NUMBERED_KID = Pattern.compile("k(\\d{1,9})");

  private KeyRotation() {}

  /**
   * Returns the ring with an additional staged key, which decrypts tokens but does not encrypt new
   * ones yet.
   *
   * @param encryption the encryption of the new key; null for that of the active key
   * @param kid the name of the new key; null for the next number
   * @param now the time of creation
   * @throws IllegalArgumentException if a key is staged already, or the name is taken
   */
  static KeyRing stage(
      KeyRing ring,
      @Nullable ContentEncryption encryption,
      @Nullable String kid,
      SecureRandom random,
      Instant now) {
    for (ContentKey staged : keysInState(State.STAGED, ring)) {
      throw new IllegalArgumentException(
          "key '%s' is staged already. Once every node has read the file: keys rotate --activate FILE"
              .formatted(staged.kid()));
    }
    List<ContentKey> keys = new ArrayList<>(ring.keys());
    keys.add(
        ContentKey.random(
                kid == null ? nextKid(ring) : kid,
                encryption == null ? active(ring).encryption() : encryption,
                State.STAGED,
                random)
            .createdAt(now));
    return KeyRing.of(keys);
  }

  /**
   * Returns the ring with the staged key active and the formerly active key accepted.
   *
   * @param kid the key to activate if several are staged; null if there is only one
   * @throws IllegalArgumentException if no such key is staged, or several are and none is named
   */
  static KeyRing activate(KeyRing ring, @Nullable String kid) {
    List<ContentKey> staged = new ArrayList<>(keysInState(State.STAGED, ring));
    staged.removeIf(key -> kid != null && !key.kid().equals(kid));
    if (staged.isEmpty()) {
      throw new IllegalArgumentException(
          "no key%s is staged. First: keys rotate FILE"
              .formatted(kid == null ? "" : " '" + kid + "'"));
    }
    if (staged.size() > 1) {
      throw new IllegalArgumentException("several keys are staged. Name one of them with --kid");
    }
    ContentKey next = staged.get(0);
    List<ContentKey> keys = new ArrayList<>(ring.keys());
    keys.replaceAll(
        key ->
            key == next
                ? key.withState(State.ACTIVE)
                : key.state() == State.ACTIVE ? key.withState(State.ACCEPT) : key);
    return KeyRing.of(keys);
  }

  /**
   * Returns the ring with a key retired, which decrypts nothing any more. Returns the same ring if
   * the key is retired already.
   *
   * @throws IllegalArgumentException if there is no such key, or it is the active one
   */
  static KeyRing retire(KeyRing ring, String kid) {
    List<ContentKey> keys = new ArrayList<>(ring.keys());
    ContentKey found =
        keys.stream()
            .filter(key -> key.kid().equals(kid))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the key file has no key of this name. To see its keys: keys list FILE"));
    if (found.state() == State.ACTIVE) {
      throw new IllegalArgumentException(
          "key '%s' is the active one, which encrypts all new tokens. First: keys rotate FILE, then"
                  .formatted(kid)
              + " keys rotate --activate FILE");
    }
    if (found.state() == State.RETIRED) {
      return ring;
    }
    keys.replaceAll(key -> key == found ? key.withState(State.RETIRED) : key);
    return KeyRing.of(keys);
  }

  /** Returns the key that encrypts new tokens. */
  static ContentKey active(KeyRing ring) {
    return keysInState(State.ACTIVE, ring).get(0);
  }

  private static List<ContentKey> keysInState(State state, KeyRing ring) {
    return ring.keys().stream().filter(key -> key.state() == state).toList();
  }

  private static String nextKid(KeyRing ring) {
    long highest = 0;
    for (ContentKey key : ring.keys()) {
      Matcher number = NUMBERED_KID.matcher(key.kid());
      if (number.matches()) {
        highest = Math.max(highest, Long.parseLong(number.group(1)));
      }
    }
    return "k" + (highest + 1);
  }
}
