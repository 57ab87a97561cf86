package org.tokenfilter.codec;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The token of this application among those that a request presents. Of several cookies, those that
 * this application cannot decode belong to another application and are ignored. Two tokens with
 * equal claims count as one, since two tabs of a browser may hold two tokens of one session.
 *
 * @param text the token as the client sent it
 * @param claims the claims of the token
 */
public record RecognizedToken(String text, TokenClaims claims) {

  /**
   * Selects this application's token. A token that the client did not send as a cookie is meant for
   * this application, and must be decodable.
   *
   * @throws TokenRejectedException if no token is this application's, or two of them differ
   */
  public static RecognizedToken selectFrom(PresentedToken presented, TokenCodec codec)
      throws TokenRejectedException {
    RecognizedToken recognized =
        presented.ambient() && !presented.others().isEmpty()
            ? decodeCookie(presented.token(), codec)
            : new RecognizedToken(presented.token(), codec.decode(presented.token()));
    for (String text : presented.others()) {
      RecognizedToken other = decodeCookie(text, codec);
      if (recognized == null) {
        recognized = other;
      } else if (other != null && !other.claims.equals(recognized.claims)) {
        throw new TokenRejectedException(RefusalCause.CONTRADICTION, "two tokens that differ");
      }
    }
    if (recognized == null) {
      throw new TokenRejectedException(
          Rejection.INVALID, "several token cookies, none of which is valid");
    }
    return recognized;
  }

  private static @Nullable RecognizedToken decodeCookie(String text, TokenCodec codec)
      throws TokenRejectedException {
    try {
      return new RecognizedToken(text, codec.decode(text));
    } catch (TokenRejectedException refused) {
      if (refused.rejection() == Rejection.INVALID) {
        return null;
      }
      throw refused;
    }
  }

  /** Returns a text that contains no secret. */
  @Override
  public String toString() {
    return "RecognizedToken[tokenId=" + claims.id() + "]";
  }
}
