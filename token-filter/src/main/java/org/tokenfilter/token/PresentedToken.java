package org.tokenfilter.token;

import java.util.Set;

/**
 * What a request presents.
 *
 * @param token the token as it was sent, of any length and content
 * @param sessionIds the different session ids that were sent with it, as they were sent
 * @param client where the request comes from
 * @param ambient whether the token came in a cookie alone, which a browser attaches by itself even
 *     to requests that another site makes
 * @param passive whether the client asks not to be counted: the token is not to be renewed
 */
public record PresentedToken(
    String token, Set<String> sessionIds, ClientAddress client, boolean ambient, boolean passive) {

  /** What a request presents that is to be counted. */
  public PresentedToken(
      String token, Set<String> sessionIds, ClientAddress client, boolean ambient) {
    this(token, sessionIds, client, ambient, false);
  }

  /** Copies the set. */
  public PresentedToken {
    sessionIds = Set.copyOf(sessionIds);
  }

  /** Shows no secret. */
  @Override
  public String toString() {
    return "PresentedToken[client=" + client + "]";
  }
}
