package org.tokenfilter.codec;

import com.nimbusds.jose.JOSEException;
import java.security.SecureRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A codec for tokens as compact JWE (RFC 7516, 7.1) with a shared key used directly (RFC 7518,
 * 4.5):
 *
 * <pre>{@code
 * base64url({"enc":"A128CBC-HS256","alg":"dir","kid":"k1"})..iv.ciphertext.tag
 * ciphertext of {"jti":"...","k":"s","aud":"/orders","iat":1790000000,"exp":1790604800}
 * }</pre>
 *
 * <p>A token is decrypted only if it has the form that this codec writes. Its header is compared
 * with the headers of the keys in the ring and never parsed, so a token cannot request {@code zip},
 * {@code crit} or another algorithm (RFC 8725, 3.1). This check precedes decryption. The codec does
 * not check whether a token has expired; the token's record decides that.
 *
 * <p>Thread-safe.
 */
public final class JweTokenCodec implements TokenCodec {

  private final Supplier<KeyRing> ring;
  private final ClaimsJson claims;
  private final SecureRandom random;
  private final KeyUsageCounter keyUsage;

  /** The ciphers of the latest ring; several threads may prepare those of a new one. */
  private volatile @Nullable RingCiphers latest;

  /**
   * Creates a codec.
   *
   * @param ring supplies the keys; called for each token, so that a changed ring takes effect at
   *     once
   * @param audience the application that the tokens are for; tokens for others are rejected
   * @param random the source of initialization vectors
   * @throws IllegalArgumentException if the audience is not Unicode text of 1 to 128 characters
   *     without control characters
   */
  public JweTokenCodec(Supplier<KeyRing> ring, String audience, SecureRandom random) {
    this(ring, audience, random, new KeyUsageCounter(KeyUsageCounter.WARN_AT, KeyUsageCounter.MAX));
  }

  JweTokenCodec(
      Supplier<KeyRing> ring, String audience, SecureRandom random, KeyUsageCounter keyUsage) {
    this.ring = ring;
    this.claims = new ClaimsJson(audience);
    this.random = random;
    this.keyUsage = keyUsage;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if {@link #decode} would reject the token: the claims are for
   *     another audience, their times are outside of the years 1970 to 9999, or they expire before
   *     they are issued
   * @throws org.tokenfilter.store.TokenStoreException if the active key is for A256GCM and has
   *     encrypted 2<sup>28</sup> tokens on this node; no token is issued until another key is
   *     active
   */
  @Override
  public String encode(TokenClaims claims) {
    byte[] content = this.claims.write(claims);
    RingCiphers current = ciphers();
    keyUsage.increment(current.activeKey());
    try {
      return current.activeCipher().encrypt(content, random).text();
    } catch (JOSEException e) {
      throw new IllegalStateException("this platform cannot encrypt as RFC 7518 requires", e);
    }
  }

  @Override
  public TokenClaims decode(String token) throws TokenRejectedException {
    CompactJwe parts = CompactJwe.parse(token);
    RingCiphers current = ciphers();
    ContentCipher cipher = current.cipherFor(parts);
    if (cipher == null) {
      throw rejection(parts, current.causeForHeader(parts.header()));
    }
    try (DecryptedContent content = cipher.decrypt(parts)) {
      if (content == null) {
        throw rejection(parts, RefusalCause.NOT_DECRYPTED);
      }
      return read(content);
    }
  }

  /** Returns the ciphers of the ring that is supplied now. */
  private RingCiphers ciphers() {
    KeyRing current = ring.get();
    RingCiphers ciphers = latest;
    if (ciphers == null || !ciphers.areOf(current)) {
      ciphers = new RingCiphers(current);
      latest = ciphers;
    }
    return ciphers;
  }

  /**
   * Returns the rejection of a token. Only now is its form examined in detail; an error in the form
   * takes precedence over the given cause, which depends on keys.
   */
  private static TokenRejectedException rejection(CompactJwe token, RefusalCause otherwise) {
    RefusalCause misspelling = token.canonicalFormError();
    return new TokenRejectedException(misspelling == null ? otherwise : misspelling);
  }

  private TokenClaims read(DecryptedContent content) throws TokenRejectedException {
    TokenClaims read;
    try {
      read = claims.read(content.bytes(), content.length());
    } catch (Exception e) {
      // The exception is dropped, since its message may contain claims of the token.
      throw new TokenRejectedException(RefusalCause.INVALID_CLAIMS);
    }
    if (!claims.isForThisAudience(read)) {
      throw new TokenRejectedException(RefusalCause.WRONG_AUDIENCE);
    }
    return read;
  }
}
