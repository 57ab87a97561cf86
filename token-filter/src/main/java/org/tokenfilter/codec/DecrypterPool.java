package org.tokenfilter.codec;

import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ObjectPool;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A pool of decrypters for one key, each with its buffers. Creating a decrypter costs more than
 * decrypting a token. The pool is garbage-collected with the cipher of its key. Thread-safe.
 */
final class DecrypterPool {

  /** The number of bytes of the longest token, plus room for what a cipher adds meanwhile. */
  private static final int BUFFER_SIZE = Base64Url.decodedLength(CompactJwe.MAX_LENGTH) + 64;

  private final ObjectPool<Workspace> pool = new ObjectPool<>();

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

  /** A decrypter and its buffers. */
  private static final class Workspace {
    private final ContentDecrypter decrypter;
    private final byte[] encrypted = new byte[BUFFER_SIZE];
    private final byte[] content = new byte[BUFFER_SIZE];

    private Workspace(ContentDecrypter decrypter) {
      this.decrypter = decrypter;
    }
  }

  DecrypterPool(Factory factory) {
    this.factory = factory;
  }

  /**
   * Decrypts a token whose parts have the right lengths, and reads its content.
   *
   * @return the result of the reader; null if the token is not canonical base64url, or was not
   *     encrypted with this key
   * @throws GeneralSecurityException under the same conditions as {@link ContentDecrypter#decrypt}
   * @throws TokenRejectedException if the reader throws it
   */
  <T> @Nullable T decrypt(byte[] authenticated, CompactJwe token, ContentReader<T> reader)
      throws GeneralSecurityException, TokenRejectedException {
    Workspace found = pool.take();
    Workspace workspace = found == null ? new Workspace(factory.create()) : found;
    // If this throws, the workspace is not returned to the pool, since its state is unknown.
    int length = decryptedLength(workspace, authenticated, token);
    try {
      return length == ContentDecrypter.NOT_AUTHENTIC
          ? null
          : reader.read(workspace.content, length);
    } finally {
      pool.put(workspace);
    }
  }

  private static int decryptedLength(Workspace workspace, byte[] authenticated, CompactJwe token)
      throws GeneralSecurityException {
    int sealed = token.decode(workspace.encrypted);
    return sealed == CompactJwe.NOT_CANONICAL
        ? ContentDecrypter.NOT_AUTHENTIC
        : workspace.decrypter.decrypt(
            authenticated, workspace.encrypted, sealed, workspace.content);
  }
}
