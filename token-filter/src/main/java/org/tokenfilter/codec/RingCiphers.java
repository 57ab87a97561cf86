package org.tokenfilter.codec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.token.RefusalCause;

/**
 * The ciphers of a ring of keys, and the causes for which it accepts no other headers. Immutable
 * and thread-safe.
 */
final class RingCiphers {

  private final KeyRing ring;
  private final ContentCipher activeCipher;
  private final List<ContentCipher> decryptionCiphers;

  /** The causes for which headers of known keys are not accepted, by header. */
  private final Map<String, RefusalCause> unusableHeaders;

  RingCiphers(KeyRing ring) {
    this.ring = ring;
    this.activeCipher = new ContentCipher(ring.activeKey());
    List<ContentCipher> opening = new ArrayList<>(List.of(this.activeCipher));
    for (ContentKey key : ring.keys()) {
      if (key != ring.activeKey() && key.state() != ContentKey.State.RETIRED) {
        opening.add(new ContentCipher(key));
      }
    }
    this.decryptionCiphers = List.copyOf(opening);
    this.unusableHeaders = unusableHeaders(ring.keys());
  }

  private static Map<String, RefusalCause> unusableHeaders(List<ContentKey> keys) {
    Map<String, RefusalCause> unusableHeaders = new HashMap<>();
    for (ContentKey key : keys) {
      for (ContentEncryption other : ContentEncryption.values()) {
        unusableHeaders.put(
            ContentCipher.headerSegment(key.kid(), other), RefusalCause.WRONG_ENCRYPTION);
      }
      if (key.state() == ContentKey.State.RETIRED) {
        unusableHeaders.put(
            ContentCipher.headerSegment(key.kid(), key.encryption()), RefusalCause.RETIRED_KEY);
      }
    }
    return Map.copyOf(unusableHeaders);
  }

  /** Returns whether these are the ciphers of this very ring; another ring may have equal keys. */
  @SuppressWarnings("ReferenceEquality")
  boolean areOf(KeyRing other) {
    return ring == other;
  }

  /** Returns the key that encrypts tokens. */
  ContentKey activeKey() {
    return ring.activeKey();
  }

  /** Returns the cipher that encrypts tokens. */
  ContentCipher activeCipher() {
    return activeCipher;
  }

  /** Returns the cause for which no key accepts tokens with this header. */
  RefusalCause causeForHeader(String headerSegment) {
    return unusableHeaders.getOrDefault(headerSegment, RefusalCause.UNKNOWN_KEY);
  }

  /** Returns the cipher that decrypts this token, by its header; null if no key may. */
  @Nullable ContentCipher cipherFor(CompactJwe token) {
    for (int i = 0; i < decryptionCiphers.size(); i++) {
      ContentCipher cipher = decryptionCiphers.get(i);
      if (token.hasHeader(cipher.headerSegment())) {
        return cipher;
      }
    }
    return null;
  }
}
