package org.tokenfilter.codec;

import com.nimbusds.jose.JOSEException;
import java.security.SecureRandom;
import java.util.function.Supplier;
import org.tokenfilter.token.TokenClaims;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Writes tokens as compact JWE (RFC 7516, 7.1) with a shared key used directly (RFC 7518, 4.5):
 *
 * <pre>{@code
 * base64url({"enc":"A128CBC-HS256","alg":"dir","kid":"k1"})..iv.ciphertext.tag
 * ciphertext of {"jti":"...","k":"s","aud":"/orders","iat":1790000000,"exp":1790604800}
 * }</pre>
 *
 * <p>A token is read only if it is spelled as we spell it: its header is compared with those that
 * the ring's own keys make, never parsed, so there is no {@code zip}, no {@code crit} and no other
 * algorithm to be talked into (RFC 8725, 3.1); all of this comes before decryption. Whether a
 * token's time is over is not judged here: its record says it.
 *
 * <p>Thread-safe.
 */
public final class JweTokenCodec implements TokenCodec {

  private final Supplier<KeyRing> ring;
  private final ClaimsJson claims;
  private final SecureRandom random;
  private final IssueCount count;
  private final ContentReader<TokenClaims> reader = this::read;

  /**
   * A codec.
   *
   * @param ring the keys, asked for anew for each token: a ring that changed counts at once
   * @param audience the application that it writes tokens for; it refuses those of all others
   * @param random where initialization vectors come from
   * @throws IllegalArgumentException if the audience is not Unicode text of 1 to 128 characters
   *     without control characters
   */
  public JweTokenCodec(Supplier<KeyRing> ring, String audience, SecureRandom random) {
    this(ring, audience, random, new IssueCount(IssueCount.MANY, IssueCount.MOST));
  }

  JweTokenCodec(Supplier<KeyRing> ring, String audience, SecureRandom random, IssueCount count) {
    this.ring = ring;
    this.claims = new ClaimsJson(audience);
    this.random = random;
    this.count = count;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if {@link #decode} would refuse the token: the claims are for
   *     another audience, their times are outside of the years 1970 to 9999, or they expire before
   *     they are issued
   * @throws org.tokenfilter.store.TokenStoreException if the active key is for A256GCM and has made
   *     2<sup>28</sup> tokens here: none is made until another key is active
   */
  @Override
  public String encode(TokenClaims claims) {
    byte[] content = this.claims.write(claims);
    KeyRing current = ring.get();
    count.next(current.activeKey());
    try {
      return current.active().seal(content, random).text();
    } catch (JOSEException e) {
      throw new IllegalStateException("this platform cannot encrypt as RFC 7518 asks", e);
    }
  }

  @Override
  public TokenClaims decode(String token) throws TokenRejectedException {
    CompactJwe parts = CompactJwe.parse(token);
    KeyRing current = ring.get();
    ContentCipher cipher = current.opening(parts);
    if (cipher == null) {
      throw refused(parts, current.whyNotOpening(parts.header()));
    }
    return open(cipher, parts);
  }

  /** What the ciphers throw beside saying no is their failure, and says nothing of the token. */
  private TokenClaims open(ContentCipher cipher, CompactJwe token) throws TokenRejectedException {
    try {
      return cipher.open(token, reader);
    } catch (JOSEException e) {
      throw refused(token, "it does not decrypt");
    }
  }

  /** Only what is refused is looked at once more: the spelling comes before all that keys say. */
  private static TokenRejectedException refused(CompactJwe token, String otherwise) {
    String misspelling = token.misspelling();
    return CompactJwe.refused(misspelling == null ? otherwise : misspelling);
  }

  private TokenClaims read(byte[] content, int length) throws TokenRejectedException {
    TokenClaims read;
    try {
      read = claims.read(content, length);
    } catch (Exception e) {
      // Its message may hold what the token says.
      throw CompactJwe.refused("its claims are not ours");
    }
    if (!claims.isForUs(read)) {
      throw CompactJwe.refused("it is for another audience");
    }
    return read;
  }
}
