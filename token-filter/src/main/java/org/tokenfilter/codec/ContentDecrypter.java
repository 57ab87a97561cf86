package org.tokenfilter.codec;

import java.security.GeneralSecurityException;
import org.tokenfilter.keys.ContentKey;

/**
 * A decrypter for the tokens of one key, based on the ciphers of the JDK. Not thread-safe. It must
 * not be used again after it has thrown an exception, since the state of its ciphers is unknown
 * then.
 */
interface ContentDecrypter {

  /** The result of {@link #decrypt} if a token was not encrypted with this key. */
  int NOT_AUTHENTIC = -1;

  /**
   * Decrypts a token.
   *
   * @param authenticated the header, encoded as in the token
   * @param sealed an array that starts with the initialization vector, the ciphertext and the tag,
   *     one after the other; the first and the last have the lengths that the key's encryption
   *     requires
   * @param length the total number of bytes of these three
   * @param content the array that receives the content, from its start; undefined if this method
   *     throws an exception
   * @return the number of bytes of the content, or {@link #NOT_AUTHENTIC}
   * @throws GeneralSecurityException if the token was not encrypted with this key, or was encrypted
   *     incorrectly
   */
  int decrypt(byte[] authenticated, byte[] sealed, int length, byte[] content)
      throws GeneralSecurityException;

  /**
   * Creates a decrypter for a key.
   *
   * @throws GeneralSecurityException if the platform has no such cipher
   */
  static ContentDecrypter of(ContentKey key) throws GeneralSecurityException {
    return switch (key.encryption()) {
      case A128CBC_HS256 -> new AesCbcHmacDecrypter(key, "HmacSHA256");
      case A256CBC_HS512 -> new AesCbcHmacDecrypter(key, "HmacSHA512");
      case A256GCM -> new AesGcmDecrypter(key);
    };
  }
}
