package org.tokenfilter.codec;

import java.security.GeneralSecurityException;
import org.tokenfilter.encoding.Base64Url;

/**
 * The content of a decrypted token, in an array that is reused for the next token. It is lent to
 * one thread until it is closed. Not thread-safe.
 */
final class DecryptedContent implements AutoCloseable {

  /** The number of bytes of the longest token, plus room for what a cipher adds meanwhile. */
  private static final int BUFFER_SIZE = Base64Url.decodedLength(CompactJwe.MAX_LENGTH) + 64;

  private final ContentDecrypter decrypter;
  private final ObjectPool<DecryptedContent> pool;
  private final byte[] encrypted = new byte[BUFFER_SIZE];
  private final byte[] bytes = new byte[BUFFER_SIZE];
  private int length;

  /**
   * Creates the buffers of a decrypter.
   *
   * @param pool the pool to which they return with their decrypter
   */
  DecryptedContent(ContentDecrypter decrypter, ObjectPool<DecryptedContent> pool) {
    this.decrypter = decrypter;
    this.pool = pool;
  }

  /**
   * Replaces the content by that of a token whose parts have the right lengths. This object must
   * not be used again after this method has thrown an exception.
   *
   * @return false if the token is not canonical base64url, or was not encrypted with this key
   * @throws GeneralSecurityException under the same conditions as {@link ContentDecrypter#decrypt}
   */
  boolean decrypt(byte[] authenticated, CompactJwe token) throws GeneralSecurityException {
    int sealed = token.decode(encrypted);
    length =
        sealed == CompactJwe.NOT_CANONICAL
            ? ContentDecrypter.NOT_AUTHENTIC
            : decrypter.decrypt(authenticated, encrypted, sealed, bytes);
    return length != ContentDecrypter.NOT_AUTHENTIC;
  }

  /** Returns an array that starts with the content; it must not be kept. */
  byte[] bytes() {
    return bytes;
  }

  /** Returns the number of bytes of the content. */
  int length() {
    return length;
  }

  /** Returns the decrypter and its buffers to their pool. */
  @Override
  public void close() {
    pool.put(this);
  }
}
