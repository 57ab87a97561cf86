package org.tokenfilter.codec;

import org.tokenfilter.token.TokenRejectedException;

/** A codec that encodes claims as a token and decodes them again. Must be thread-safe. */
public interface TokenCodec {

  /** Encodes claims as a token. Two calls with the same claims return different texts. */
  String encode(TokenClaims claims);

  /**
   * Decodes a token and returns its claims.
   *
   * @param token any text that a client sent
   * @throws TokenRejectedException with {@link org.tokenfilter.token.Rejection#INVALID} if the text
   *     is not the canonical form of a token that was encrypted with a key of this codec for this
   *     audience
   * @throws RuntimeException if the token could not be checked, as when a cipher of the platform
   *     fails
   */
  TokenClaims decode(String token) throws TokenRejectedException;
}
