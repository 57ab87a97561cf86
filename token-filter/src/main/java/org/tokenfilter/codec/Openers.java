package org.tokenfilter.codec;

import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Kept;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A pool of decrypters for one key, each with its buffers. Creating a decrypter costs more than
 * decrypting a token. The pool is garbage-collected with the cipher of its key. Thread-safe.
 */
final class Openers {

  /** The number of bytes of the longest token, plus room for what a cipher adds meanwhile. */
  private static final int SPACE = Base64Url.bytes(CompactJwe.MAX_LENGTH) + 64;

  private final Kept<Bench> kept = new Kept<>();

  private final Source source;

  /** A factory of decrypters. */
  interface Source {

    /**
     * Creates a decrypter.
     *
     * @throws GeneralSecurityException if the platform has no such cipher
     */
    ContentOpener another() throws GeneralSecurityException;
  }

  /** A decrypter and its buffers. */
  private static final class Bench {
    private final ContentOpener opener;
    private final byte[] sealed = new byte[SPACE];
    private final byte[] content = new byte[SPACE];

    private Bench(ContentOpener opener) {
      this.opener = opener;
    }
  }

  Openers(Source source) {
    this.source = source;
  }

  /**
   * Decrypts a token whose parts have the right lengths, and reads its content.
   *
   * @return the result of the reader; null if the token is not canonical base64url, or was not
   *     encrypted with this key
   * @throws GeneralSecurityException under the same conditions as {@link ContentOpener#open}
   * @throws TokenRejectedException if the reader throws it
   */
  <T> @Nullable T open(byte[] authenticated, CompactJwe token, ContentReader<T> reader)
      throws GeneralSecurityException, TokenRejectedException {
    Bench found = kept.take();
    Bench bench = found == null ? new Bench(source.another()) : found;
    // If this throws, the workspace is not returned to the pool, since its state is unknown.
    int length = length(bench, authenticated, token);
    try {
      return length == ContentOpener.FORGED ? null : reader.read(bench.content, length);
    } finally {
      kept.put(bench);
    }
  }

  private static int length(Bench bench, byte[] authenticated, CompactJwe token)
      throws GeneralSecurityException {
    int sealed = token.decode(bench.sealed);
    return sealed == CompactJwe.MISSPELLED
        ? ContentOpener.FORGED
        : bench.opener.open(authenticated, bench.sealed, sealed, bench.content);
  }
}
