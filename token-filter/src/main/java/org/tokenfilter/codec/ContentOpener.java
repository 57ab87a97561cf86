package org.tokenfilter.codec;

import java.security.GeneralSecurityException;

/**
 * Opens what one key sealed, by the ciphers of the JDK. Serves one thread at a time, and must not
 * be used again once it has thrown: a cipher that was left in the middle of something is not what
 * it was.
 */
interface ContentOpener {

  /** What {@link #open} answers where a token was not sealed by this key. */
  int FORGED = -1;

  /**
   * Opens a token.
   *
   * @param authenticated the header, as it is spelled
   * @param sealed begins with the initialization vector, the ciphertext and the tag, one after the
   *     other; the first and the last have the lengths that the key's encryption asks for
   * @param length how many bytes those are
   * @param content where the content goes, from the begin; worth nothing unless this returns
   * @return how many bytes the content has, or {@link #FORGED}
   * @throws GeneralSecurityException if it was not sealed by this key, or not as it should be
   */
  int open(byte[] authenticated, byte[] sealed, int length, byte[] content)
      throws GeneralSecurityException;

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
