package org.tokenfilter.codec;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a deployment. The active one makes tokens; staged, active and accepted ones open
 * them; a retired one is kept to say that its name and its bytes are used up.
 *
 * <p>Rotation: put the next key in as {@code staged} and wait until every node has read it; make it
 * {@code active} and the former one {@code accept}; once the last token of the former one is over,
 * or at once if it is known to others, make that {@code retired}.
 *
 * <p>Immutable and thread-safe. A change of keys is another ring.
 */
public final class KeyRing {

  private final List<ContentKey> keys;
  private final ContentKey activeKey;
  private final ContentCipher active;
  private final List<ContentCipher> opening;

  /**
   * Why tokens that begin so are not opened, where more can be said than that they are not ours.
   */
  private final Map<String, String> whyNot;

  private KeyRing(List<ContentKey> keys, ContentKey active) {
    this.keys = keys;
    this.activeKey = active;
    this.active = new ContentCipher(active);
    List<ContentCipher> opening = new ArrayList<>(List.of(this.active));
    for (ContentKey key : keys) {
      if (key != active && key.state() != ContentKey.State.RETIRED) {
        opening.add(new ContentCipher(key));
      }
    }
    this.opening = List.copyOf(opening);
    this.whyNot = whyNot(keys);
  }

  private static Map<String, String> whyNot(List<ContentKey> keys) {
    Map<String, String> whyNot = new HashMap<>();
    for (ContentKey key : keys) {
      for (ContentEncryption other : ContentEncryption.values()) {
        whyNot.put(
            ContentCipher.headerSegment(key.kid(), other), "its key is for another encryption");
      }
      if (key.state() == ContentKey.State.RETIRED) {
        whyNot.put(ContentCipher.headerSegment(key.kid(), key.encryption()), "its key is retired");
      }
    }
    return Map.copyOf(whyNot);
  }

  /**
   * The ring of these keys.
   *
   * @throws IllegalArgumentException unless exactly one key is active, no two have the same name,
   *     and no two have the same bytes; the message names the keys
   */
  public static KeyRing of(Collection<ContentKey> keys) {
    List<ContentKey> ring = List.copyOf(keys);
    if (ring.isEmpty()) {
      throw new IllegalArgumentException("there is no key");
    }
    for (int i = 0; i < ring.size(); i++) {
      for (int j = 0; j < i; j++) {
        requireDistinct(ring.get(j), ring.get(i));
      }
    }
    List<ContentKey> active = new ArrayList<>(ring);
    active.removeIf(key -> key.state() != ContentKey.State.ACTIVE);
    if (active.size() != 1) {
      throw new IllegalArgumentException(
          "exactly one key must be active, not "
              + (active.isEmpty() ? "none" : active.stream().map(ContentKey::kid).toList()));
    }
    return new KeyRing(ring, active.get(0));
  }

  /** All keys, in the order in which they were given. */
  public List<ContentKey> keys() {
    return keys;
  }

  /** What makes tokens. */
  ContentCipher active() {
    return active;
  }

  /** The key that makes tokens. */
  public ContentKey activeKey() {
    return activeKey;
  }

  /** Why nothing opens the tokens that begin with this header, for the log. */
  String whyNotOpening(String headerSegment) {
    return whyNot.getOrDefault(headerSegment, "no key of ours makes its header");
  }

  /** What opens this token, by its header; null if no key of ours may. */
  @Nullable ContentCipher opening(CompactJwe token) {
    for (int i = 0; i < opening.size(); i++) {
      ContentCipher cipher = opening.get(i);
      if (token.hasHeader(cipher.headerSegment())) {
        return cipher;
      }
    }
    return null;
  }

  /** Shows names, states and encryptions, not the secrets. */
  @Override
  public String toString() {
    return "KeyRing" + keys;
  }

  private static void requireDistinct(ContentKey one, ContentKey other) {
    if (one.kid().equals(other.kid())) {
      throw new IllegalArgumentException("two keys have the kid '%s'".formatted(one.kid()));
    }
    if (one.hasBytesOf(other)) {
      throw new IllegalArgumentException(
          "keys '%s' and '%s' have the same bytes".formatted(one.kid(), other.kid()));
    }
  }
}
