package org.tokenfilter.codec;

import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Kept;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The openers of one key, and the space that each works in, kept for the next token: to make them
 * costs more than to open a token. They go with their key. Thread-safe.
 */
final class Openers {

  /** No token has more bytes, and what a cipher adds while it works has room beside them. */
  private static final int SPACE = Base64Url.bytes(CompactJwe.MAX_LENGTH) + 64;

  private final Kept<Bench> kept = new Kept<>();

  private final Source source;

  /** Where openers come from. */
  interface Source {

    /**
     * One more.
     *
     * @throws GeneralSecurityException if the platform has no such cipher
     */
    ContentOpener another() throws GeneralSecurityException;
  }

  /** An opener and its space. */
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
   * Reads the content of a token whose parts have the right lengths.
   *
   * @return null if it is not canonical base64url, or was not sealed by this key
   * @throws GeneralSecurityException as {@link ContentOpener#open}
   * @throws TokenRejectedException as the reader
   */
  <T> @Nullable T open(byte[] authenticated, CompactJwe token, ContentReader<T> reader)
      throws GeneralSecurityException, TokenRejectedException {
    Bench found = kept.take();
    Bench bench = found == null ? new Bench(source.another()) : found;
    // Where this throws the bench is not kept: in what state it is then, nobody knows.
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
