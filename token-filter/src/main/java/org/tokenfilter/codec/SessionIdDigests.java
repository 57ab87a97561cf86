package org.tokenfilter.codec;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.store.TokenId;

/**
 * The digests of session ids that clients send, computed with pooled objects, once for each request
 * with a session token. Thread-safe.
 */
public final class SessionIdDigests {

  private static final int LENGTH = 32;
  private static final int TEXT_LENGTH = 43;

  private final ObjectPool<Digester> pool = new ObjectPool<>();

  /** A digest and its buffer. */
  private static final class Digester {

    private final MessageDigest sha256 = sha256();
    private final byte[] bytes = new byte[LENGTH];

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("SHA-256 must be available in every JDK", e);
      }
    }

    @Nullable TokenId tokenIdOf(String sent) {
      if (!Base64Url.decode(sent, 0, TEXT_LENGTH, bytes, 0)) {
        return null;
      }
      sha256.update(bytes);
      try {
        sha256.digest(bytes, 0, LENGTH);
      } catch (DigestException e) {
        throw new IllegalStateException("SHA-256 digest must have 32 bytes", e);
      }
      return TokenId.of(bytes);
    }
  }

  /** Creates digests with an empty pool. */
  public SessionIdDigests() {}

  /**
   * Returns the id of the record for a session id that a client sent.
   *
   * @return null if {@link org.tokenfilter.token.SessionId#parse} would not accept the text
   */
  public @Nullable TokenId tokenIdOf(String sent) {
    if (sent.length() != TEXT_LENGTH) {
      return null;
    }
    Digester pooled = pool.take();
    Digester digester = pooled == null ? new Digester() : pooled;
    // If this throws, the digester is not returned to the pool, since its state is unknown.
    TokenId id = digester.tokenIdOf(sent);
    pool.put(digester);
    return id;
  }
}
