package org.tokenfilter.token;

import java.util.Set;

/**
 * What a request presents.
 *
 * @param token the token as it was sent, of any length and content: the one that the sender put
 *     into the request itself, or else the first that came in a cookie
 * @param others further texts that came in cookies of the token's name, as they were sent. All
 *     applications of a host share its cookies, so each of them may be another application's
 * @param sessionIds the different session ids that were sent with it, as they were sent. Likewise
 *     some may be another application's
 * @param headersDiffer whether two session headers came that differ: no other application writes
 *     those, so they contradict each other
 * @param client where the request comes from
 * @param ambient whether the token came in a cookie alone, which a browser attaches by itself even
 *     to requests that another site makes
 * @param passive whether the client asks not to be counted: the token is not to be renewed
 */
public record PresentedToken(
    String token,
    Set<String> others,
    Set<String> sessionIds,
    boolean headersDiffer,
    ClientAddress client,
    boolean ambient,
    boolean passive) {

  /** What a request presents that is to be counted, in one place. */
  public PresentedToken(
      String token, Set<String> sessionIds, ClientAddress client, boolean ambient) {
    this(token, sessionIds, client, ambient, false);
  }

  /** What a request presents in one place. */
  public PresentedToken(
      String token,
      Set<String> sessionIds,
      ClientAddress client,
      boolean ambient,
      boolean passive) {
    this(token, Set.of(), sessionIds, false, client, ambient, passive);
  }

  /** Copies the sets. */
  public PresentedToken {
    others = Set.copyOf(others);
    sessionIds = Set.copyOf(sessionIds);
  }

  /** Shows no secret. */
  @Override
  public String toString() {
    return "PresentedToken[client=" + client + "]";
  }
}
