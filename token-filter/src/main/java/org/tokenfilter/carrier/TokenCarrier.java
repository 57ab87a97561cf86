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
 * An extractor that reads the token and its session id from a request. Thread-safe.
 *
 * <pre>
 *   Authorization: Bearer eyJ...        if bearer is enabled
 *   Cookie: token=eyJ...                if the token cookie is enabled
 *   Cookie: SESSION=q3W...              the session id, either in a cookie
 *   session: q3W...                     or in a header
 *   Token-Passive: true                 the token is not renewed
 *   userToken: eyJ...                   a token, for the service gateway only
 * </pre>
 *
 * <p>A token is never read from the query string or from the body.
 *
 * <p>All applications of a host share its cookies, and a browser sends all cookies of a name
 * together. This class does not decide which of them belong to this application: it presents all of
 * them.
 */
public final class TokenCarrier {

  /** The header for the token in requests to the service gateway. */
  public static final String USER_TOKEN = "userToken";

  private static final String PASSIVE = "Token-Passive";

  private final boolean bearer;
  private final CookieHeader cookies;
  private final String sessionHeader;
  private final TrustedProxies proxies;

  /**
   * Creates an extractor.
   *
   * @param bearer whether the token may come in the Authorization header
   * @param tokenCookie the name of the cookie for the token; null for none
   * @param sessionCookie the name of the cookie for the session id
   * @param sessionHeader the name of the header for the session id
   * @param proxies determine the client of a request
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
   * Extracts the token of a request.
   *
   * @return the presented token; null if there is none
   * @throws TokenRejectedException if the request presents two different tokens outside of cookies,
   *     or has two Authorization headers, or if its client cannot be determined
   */
  public @Nullable PresentedToken read(HttpServletRequest request) throws TokenRejectedException {
    return read(request, new Distinct());
  }

  /**
   * Extracts the token of a request to the service gateway, including the header {@code userToken}.
   *
   * @param inBody a token that the caller has read from the request body; null for none
   * @return the presented token; null if there is none
   * @throws TokenRejectedException if the request presents two different tokens outside of cookies,
   *     or has two Authorization headers, or if its client cannot be determined
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

  /** Returns whether the request sends a cookie of either name, for whichever application. */
  public boolean sendsCookies(HttpServletRequest request) {
    Distinct all = new Distinct();
    cookies.read(request, all, all);
    return all.first() != null;
  }

  /**
   * Returns the distinct session ids that the request sends. If there are several, malformed ones
   * are left out.
   */
  public Set<String> sessionIds(HttpServletRequest request) {
    Distinct sessionIds = new Distinct();
    cookies.read(request, new Distinct(), sessionIds);
    sessionIds.addHeaders(request, sessionHeader);
    return possible(sessionIds);
  }

  /**
   * Leaves out malformed session ids if there are several. A single one is validated together with
   * its token at the same cost.
   */
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
