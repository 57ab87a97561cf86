package org.tokenfilter.token;

import java.util.Set;

/**
 * The token that a request presents, with its session ids and its client.
 *
 * @param token the token as it was sent, of any length and content: the one that the sender put
 *     into the request explicitly, or else the first one that came in a cookie
 * @param others further texts from cookies of the token's name, as they were sent. All applications
 *     of a host share its cookies, so each text may belong to another application
 * @param sessionIds the distinct session ids that were sent with the token, as they were sent. Some
 *     may belong to another application as well
 * @param sessionHeadersDiffer whether two different session headers were sent. They contradict each
 *     other, because no other application writes this header
 * @param client the address of the client
 * @param ambient whether the token came only in a cookie, which a browser attaches by itself even
 *     to requests from another site
 * @param passive whether the client asks for a passive use, which does not renew the token
 */
public record PresentedToken(
    String token,
    Set<String> others,
    Set<String> sessionIds,
    boolean sessionHeadersDiffer,
    ClientAddress client,
    boolean ambient,
    boolean passive) {

  /** Creates a token that was sent in one place, for a use that may renew it. */
  public PresentedToken(
      String token, Set<String> sessionIds, ClientAddress client, boolean ambient) {
    this(token, sessionIds, client, ambient, false);
  }

  /** Creates a token that was sent in one place. */
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

  /** Returns a text without secrets. */
  @Override
  public String toString() {
    return "PresentedToken[client=" + client + "]";
  }
}
