package org.tokenfilter.keys;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The keys of a deployment. The active key encrypts tokens. Staged, active and accepted keys
 * decrypt them. A retired key is kept so that its name and its bytes are not used again.
 *
 * <p>Rotation: add the next key as {@code staged} and wait until every node has read it. Then make
 * it {@code active} and the former one {@code accept}. Make the former one {@code retired} when its
 * last token has expired, or at once if it was disclosed.
 *
 * <p>Immutable and thread-safe. A change of keys produces another ring.
 */
public final class KeyRing {

  private final List<ContentKey> keys;
  private final ContentKey activeKey;

  private KeyRing(List<ContentKey> keys, ContentKey active) {
    this.keys = keys;
    this.activeKey = active;
  }

  /**
   * Creates a ring of these keys.
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

  /** Returns all keys, in the order in which they were given. */
  public List<ContentKey> keys() {
    return keys;
  }

  /** Returns the key that encrypts tokens. */
  public ContentKey activeKey() {
    return activeKey;
  }

  /** Returns the names, states and encryptions, but not the secrets. */
  @Override
  public String toString() {
    return "KeyRing" + keys;
  }

  private static void requireDistinct(ContentKey one, ContentKey other) {
    if (one.kid().equals(other.kid())) {
      throw new IllegalArgumentException("two keys have the kid '%s'".formatted(one.kid()));
    }
    if (one.hasSameBytes(other)) {
      throw new IllegalArgumentException(
          "keys '%s' and '%s' have the same bytes".formatted(one.kid(), other.kid()));
    }
  }
}
