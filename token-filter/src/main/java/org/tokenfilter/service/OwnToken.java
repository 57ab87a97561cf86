package org.tokenfilter.service;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenClaims;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The token of ours among those that a request presents. What came in a cookie and is none of ours
 * is another application's, and left alone. Two that say the same are one: two tabs of a browser
 * may hold two tokens of one session.
 *
 * @param text as it was sent
 * @param claims what it says
 */
record OwnToken(String text, TokenClaims claims) {

  /**
   * Looks for it. A token that the sender put into the request itself is meant for us, and has to
   * be ours.
   *
   * @throws TokenRejectedException if none is ours, or two are that differ
   */
  static OwnToken among(PresentedToken presented, TokenCodec codec) throws TokenRejectedException {
    OwnToken own =
        presented.ambient() && !presented.others().isEmpty()
            ? ofCookie(presented.token(), codec)
            : new OwnToken(presented.token(), codec.decode(presented.token()));
    for (String text : presented.others()) {
      OwnToken other = ofCookie(text, codec);
      if (own == null) {
        own = other;
      } else if (other != null && !other.claims.equals(own.claims)) {
        throw new TokenRejectedException(Rejection.BAD_REQUEST, "two tokens that differ");
      }
    }
    if (own == null) {
      throw new TokenRejectedException(Rejection.INVALID, "several cookies, and no token of ours");
    }
    return own;
  }

  private static @Nullable OwnToken ofCookie(String text, TokenCodec codec)
      throws TokenRejectedException {
    try {
      return new OwnToken(text, codec.decode(text));
    } catch (TokenRejectedException refused) {
      if (refused.rejection() == Rejection.INVALID) {
        return null;
      }
      throw refused;
    }
  }

  /** Shows no secret. */
  @Override
  public String toString() {
    return "OwnToken[handle=" + claims.id() + "]";
  }
}
