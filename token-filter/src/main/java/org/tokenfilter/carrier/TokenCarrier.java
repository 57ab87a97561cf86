package org.tokenfilter.carrier;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
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
 */
public final class TokenCarrier {

  /** The header that brings a token to the service gateway. */
  public static final String USER_TOKEN = "userToken";

  private static final String PASSIVE = "Token-Passive";

  private final boolean bearer;
  private final @Nullable String tokenCookie;
  private final String sessionCookie;
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
    this.tokenCookie = tokenCookie;
    this.sessionCookie = sessionCookie;
    this.sessionHeader = sessionHeader;
    this.proxies = proxies;
  }

  /**
   * What the request presents.
   *
   * @return null if it presents no token
   * @throws TokenRejectedException if it presents two that differ, or cookies that cannot be read
   */
  public @Nullable PresentedToken read(HttpServletRequest request) throws TokenRejectedException {
    return read(request, new Distinct());
  }

  /**
   * What a request to the service gateway presents, where {@code userToken} is looked at.
   *
   * @param inBody a token that its body holds; null for none
   * @return null if it presents no token
   * @throws TokenRejectedException if it presents two that differ, or cookies that cannot be read
   */
  public @Nullable PresentedToken readAtGateway(HttpServletRequest request, @Nullable String inBody)
      throws TokenRejectedException {
    Distinct tokens = new Distinct();
    tokens.add(inBody);
    tokens.addHeaders(request, USER_TOKEN);
    return read(request, tokens);
  }

  private @Nullable PresentedToken read(HttpServletRequest request, Distinct tokens)
      throws TokenRejectedException {
    String credentials = Authorization.credentials(request, "bearer");
    if (bearer) {
      tokens.add(credentials);
    }
    boolean ambient = tokens.first() == null;
    Cookie[] cookies = cookies(request);
    if (tokenCookie != null) {
      tokens.addCookies(cookies, tokenCookie);
    }
    String token = tokens.first();
    if (token == null) {
      return null;
    }
    if (tokens.areSeveral()) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "two tokens that differ");
    }
    return new PresentedToken(
        token,
        sessionIds(request, cookies),
        proxies.clientOf(request),
        ambient,
        "true".equals(request.getHeader(PASSIVE)));
  }

  /**
   * The different session ids that the request sends, as it sends them.
   *
   * @throws TokenRejectedException if its cookies cannot be read
   */
  public Set<String> sessionIds(HttpServletRequest request) throws TokenRejectedException {
    return sessionIds(request, cookies(request));
  }

  /** Containers throw what they like for cookies that break the rules, and only when asked. */
  private static Cookie @Nullable [] cookies(HttpServletRequest request)
      throws TokenRejectedException {
    try {
      return request.getCookies();
    } catch (RuntimeException unreadable) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "cookies that cannot be read");
    }
  }

  private Set<String> sessionIds(HttpServletRequest request, Cookie @Nullable [] cookies) {
    Distinct ids = new Distinct();
    ids.addCookies(cookies, sessionCookie);
    ids.addHeaders(request, sessionHeader);
    return ids.all();
  }
}
