package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Takes the token and its session id from a request. Thread-safe.
 *
 * <pre>
 *   Authorization: Bearer eyJ...        where bearer is on
 *   Cookie: token=eyJ...                where cookie is on
 *   Cookie: SESSION=q3W...              the session id, here
 *   session: q3W...                     or here
 *   Token-Passive: true                 the token is not to be renewed
 *   userToken: eyJ...                   a token, for the service gateway alone
 * </pre>
 *
 * <p>A token is never taken from the query or from the body.
 *
 * <p>All applications of a host share its cookies, and a browser sends those of one name together:
 * whichever of them are this application's is not judged here. They are all presented.
 */
public final class TokenCarrier {

  /** The header that brings a token to the service gateway. */
  public static final String USER_TOKEN = "userToken";

  private static final String PASSIVE = "Token-Passive";

  private final boolean bearer;
  private final CookieHeader cookies;
  private final String sessionHeader;
  private final TrustedProxies proxies;

  /**
   * A carrier.
   *
   * @param bearer whether the token may come in the Authorization header
   * @param tokenCookie the cookie that the token may come in; null for none
   * @param sessionCookie the cookie that the session id may come in
   * @param sessionHeader the header that the session id may come in
   * @param proxies know where a request really comes from
   */
  public TokenCarrier(
      boolean bearer,
      @Nullable String tokenCookie,
      String sessionCookie,
      String sessionHeader,
      TrustedProxies proxies) {
    this.bearer = bearer;
    this.cookies = new CookieHeader(tokenCookie, sessionCookie);
    this.sessionHeader = sessionHeader;
    this.proxies = proxies;
  }

  /**
   * What the request presents.
   *
   * @return null if it presents no token
   * @throws TokenRejectedException if it presents two tokens that differ outside of cookies, or two
   *     Authorization headers
   */
  public @Nullable PresentedToken read(HttpServletRequest request) throws TokenRejectedException {
    return read(request, new Distinct());
  }

  /**
   * What a request to the service gateway presents, where {@code userToken} is looked at.
   *
   * @param inBody a token that its body holds; null for none
   * @return null if it presents no token
   * @throws TokenRejectedException if it presents two tokens that differ outside of cookies, or two
   *     Authorization headers
   */
  public @Nullable PresentedToken readAtGateway(HttpServletRequest request, @Nullable String inBody)
      throws TokenRejectedException {
    Distinct tokens = new Distinct();
    tokens.add(inBody);
    tokens.addHeaders(request, USER_TOKEN);
    return read(request, tokens);
  }

  private @Nullable PresentedToken read(HttpServletRequest request, Distinct explicit)
      throws TokenRejectedException {
    String credentials = Authorization.credentials(request, "bearer");
    if (bearer) {
      explicit.add(credentials);
    }
    if (explicit.areSeveral()) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "two tokens that differ");
    }
    Distinct tokens = new Distinct();
    Distinct sessionIds = new Distinct();
    cookies.read(request, tokens, sessionIds);
    String given = explicit.first();
    String token = given == null ? tokens.first() : given;
    if (token == null) {
      return null;
    }
    Distinct named = new Distinct();
    named.addHeaders(request, sessionHeader);
    sessionIds.add(named.first());
    return new PresentedToken(
        token,
        tokens.allBut(token),
        possible(sessionIds),
        named.areSeveral(),
        proxies.clientOf(request),
        given == null,
        "true".equals(request.getHeader(PASSIVE)));
  }

  /** Whether the request sends a cookie of either name, for whatever application. */
  public boolean sendsCookies(HttpServletRequest request) {
    Distinct all = new Distinct();
    cookies.read(request, all, all);
    return all.first() != null;
  }

  /** The different session ids that the request sends; what cannot be one is left out. */
  public Set<String> sessionIds(HttpServletRequest request) {
    Distinct sessionIds = new Distinct();
    cookies.read(request, new Distinct(), sessionIds);
    sessionIds.addHeaders(request, sessionHeader);
    return possible(sessionIds);
  }

  /** One alone is judged with its token, which costs the same. */
  private static Set<String> possible(Distinct sessionIds) {
    if (!sessionIds.areSeveral()) {
      return sessionIds.all();
    }
    Set<String> possible = new LinkedHashSet<>();
    for (String text : sessionIds.all()) {
      if (SessionId.isPossible(text)) {
        possible.add(text);
      }
    }
    return possible;
  }
}
