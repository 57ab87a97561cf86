package org.tokenfilter.codec;

import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/**
 * A pool of decrypters for one key, each with its buffers. Creating a decrypter costs more than
 * decrypting a token. The pool is garbage-collected with the cipher of its key. Thread-safe.
 */
final class DecrypterPool {

  private final ObjectPool<DecryptedContent> pool = new ObjectPool<>();

  private final Factory factory;

  /** A factory of decrypters. */
  interface Factory {

    /**
     * Creates a decrypter.
     *
     * @throws GeneralSecurityException if the platform has no such cipher
     */
    ContentDecrypter create() throws GeneralSecurityException;
  }

  DecrypterPool(Factory factory) {
    this.factory = factory;
  }

  /**
   * Decrypts a token whose parts have the right lengths.
   *
   * @return the content, which the caller closes; null if the token is not canonical base64url, or
   *     was not encrypted with this key
   * @throws GeneralSecurityException under the same conditions as {@link ContentDecrypter#decrypt}
   */
  @Nullable DecryptedContent decrypt(byte[] authenticated, CompactJwe token)
      throws GeneralSecurityException {
    DecryptedContent pooled = pool.take();
    DecryptedContent content =
        pooled == null ? new DecryptedContent(factory.create(), pool) : pooled;
    // If this throws, the content is not returned to the pool, since its state is unknown.
    if (content.decrypt(authenticated, token)) {
      return content;
    }
    pool.put(content);
    return null;
  }
}
