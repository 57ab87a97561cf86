package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.RefusalCause;
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
 * </pre>
 *
 * <p>A token is never read from the query string or from the body.
 *
 * <p>All applications of a host share its cookies, and a browser sends all cookies of a name
 * together. This class does not decide which of them belong to this application: it presents all of
 * them.
 */
final class TokenExtractor {

  private static final String PASSIVE_HEADER = "Token-Passive";

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
  TokenExtractor(
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
   * @param elsewhere tokens that the caller has found in other places, outside of cookies
   * @return the presented token; null if there is none
   * @throws TokenRejectedException if the request presents two different tokens outside of cookies,
   *     or has two Authorization headers, or if its client cannot be determined
   */
  @Nullable PresentedToken extract(HttpServletRequest request, List<String> elsewhere)
      throws TokenRejectedException {
    DistinctValues explicit = new DistinctValues();
    for (int i = 0; i < elsewhere.size(); i++) {
      explicit.add(elsewhere.get(i));
    }
    String credentials = Authorization.credentials(request, "bearer");
    if (bearer) {
      explicit.add(credentials);
    }
    if (explicit.isAmbiguous()) {
      throw new TokenRejectedException(RefusalCause.CONTRADICTION, "two tokens that differ");
    }
    DistinctValues tokens = new DistinctValues();
    DistinctValues sessionIds = new DistinctValues();
    cookies.read(request, tokens, sessionIds);
    String given = explicit.first();
    String token = given == null ? tokens.first() : given;
    if (token == null) {
      return null;
    }
    DistinctValues headerIds = new DistinctValues();
    headerIds.addHeaders(request, sessionHeader);
    sessionIds.add(headerIds.first());
    return new PresentedToken(
        token,
        tokens.allExcept(token),
        wellFormedIds(sessionIds),
        headerIds.isAmbiguous(),
        proxies.clientOf(request),
        given == null,
        "true".equals(request.getHeader(PASSIVE_HEADER)));
  }

  /** Returns whether the request sends a cookie of either name, for whichever application. */
  boolean hasCookies(HttpServletRequest request) {
    DistinctValues all = new DistinctValues();
    cookies.read(request, all, all);
    return all.first() != null;
  }

  /**
   * Returns the distinct session ids that the request sends. If there are several, malformed ones
   * are left out.
   */
  Set<String> sessionIds(HttpServletRequest request) {
    DistinctValues sessionIds = new DistinctValues();
    cookies.read(request, new DistinctValues(), sessionIds);
    sessionIds.addHeaders(request, sessionHeader);
    return wellFormedIds(sessionIds);
  }

  /**
   * Leaves out malformed session ids if there are several. A single one is validated together with
   * its token at the same cost.
   */
  private static Set<String> wellFormedIds(DistinctValues sessionIds) {
    if (!sessionIds.isAmbiguous()) {
      return sessionIds.all();
    }
    Set<String> possible = new LinkedHashSet<>();
    for (String text : sessionIds.all()) {
      if (SessionId.isWellFormed(text)) {
        possible.add(text);
      }
    }
    return possible;
  }
}
