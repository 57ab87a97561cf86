package org.tokenfilter.service;

import java.util.HashMap;
import java.util.Map;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** A codec of unencrypted tokens, so that decoding costs nothing. */
final class PlainCodec implements TokenCodec {

  private final Map<String, TokenClaims> issuedClaims = new HashMap<>();

  @Override
  public String encode(TokenClaims claims) {
    issuedClaims.put(claims.id().toString(), claims);
    return claims.id().toString();
  }

  @Override
  public TokenClaims decode(String token) throws TokenRejectedException {
    TokenClaims claims = issuedClaims.get(token);
    if (claims == null) {
      throw new TokenRejectedException(Rejection.INVALID, "never written");
    }
    return claims;
  }
}
