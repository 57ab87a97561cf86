package org.tokenfilter.codec;

import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/**
 * Opens what one key sealed, by the ciphers of the JDK. Serves one thread at a time, and must not
 * be used again once it has thrown: a cipher that was left in the middle of something is not what
 * it was.
 */
interface ContentOpener {

  /**
   * The content, or null if it was not sealed by this key.
   *
   * @param authenticated the header, as it is spelled
   * @param sealed the initialization vector, the ciphertext and the tag, one after the other; the
   *     first and the last have the lengths that the key's encryption asks for
   * @throws GeneralSecurityException if it was not sealed by this key, or not as it should be
   */
  byte @Nullable [] open(byte[] authenticated, byte[] sealed) throws GeneralSecurityException;

  /**
   * One more for this key.
   *
   * @throws GeneralSecurityException if the platform has no such cipher
   */
  static ContentOpener of(ContentKey key) throws GeneralSecurityException {
    return switch (key.encryption()) {
      case A128CBC_HS256 -> new CbcHmacOpener(key, "HmacSHA256");
      case A256CBC_HS512 -> new CbcHmacOpener(key, "HmacSHA512");
      case A256GCM -> new GcmOpener(key);
    };
  }
}
