package org.tokenfilter.codec;

import org.tokenfilter.token.TokenClaims;
import org.tokenfilter.token.TokenRejectedException;

/** Writes claims as a token, and reads them back if it is one of ours. Thread-safe. */
public interface TokenCodec {

  /** A token that says this. Two calls give two texts. */
  String encode(TokenClaims claims);

  /**
   * What a token says.
   *
   * @param token any text that a client sent
   * @throws TokenRejectedException with {@link org.tokenfilter.token.Rejection#INVALID} if it is
   *     not a token that this codec's key ring wrote for this audience, in its one spelling
   * @throws RuntimeException if that could not be decided, as when the platform's cryptography
   *     fails
   */
  TokenClaims decode(String token) throws TokenRejectedException;
}
