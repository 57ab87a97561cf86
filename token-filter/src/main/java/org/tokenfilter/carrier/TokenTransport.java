package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The transport of tokens in requests and responses: the carriers that are accepted, and the names
 * of cookies and headers. Immutable.
 */
public final class TokenTransport {

  private static final Logger LOG = LoggerFactory.getLogger(TokenTransport.class);

  private final Set<Carrier> carriers;
  private final CookieWriter allCookies;
  private final SessionHeader sessionHeader;
  private final TrustedProxies proxies;
  private final CrossSiteGuard guard;
  private final TokenExtractor extractor;
  private final RequestTokenReader tokens;
  private final CookieWriter cookies;

  /**
   * Creates a transport.
   *
   * @param carriers the carriers of tokens in requests
   * @param cookies the writer of the cookies, of which only the session id is written if tokens do
   *     not travel in cookies
   * @param sessionHeader the header for the session id
   * @param proxies determine the client of a request
   * @param guard refuses requests that another site may have made a browser send
   */
  public TokenTransport(
      Set<Carrier> carriers,
      CookieWriter cookies,
      SessionHeader sessionHeader,
      TrustedProxies proxies,
      CrossSiteGuard guard) {
    this.carriers = Set.copyOf(carriers);
    this.allCookies = cookies;
    this.sessionHeader = sessionHeader;
    this.proxies = proxies;
    this.guard = guard;
    this.cookies = cookiesEnabled() ? cookies : cookies.withoutTokenCookie();
    this.extractor =
        new TokenExtractor(
            carriers.contains(Carrier.BEARER),
            this.cookies.tokenCookie(),
            this.cookies.sessionCookie(),
            sessionHeader.name(),
            proxies);
    this.tokens = new RequestTokenReader(extractor, proxies, guard);
  }

  /**
   * Returns a transport that accepts every carrier of both. Their other settings are the same in
   * the whole application.
   */
  public TokenTransport combinedWith(TokenTransport other) {
    Set<Carrier> both = EnumSet.noneOf(Carrier.class);
    both.addAll(carriers);
    both.addAll(other.carriers);
    return new TokenTransport(both, allCookies, sessionHeader, proxies, guard);
  }

  /** Returns the reader of the tokens that requests present. */
  public RequestTokenReader tokens() {
    return tokens;
  }

  /** Returns the header by which a request names a session of a user token. */
  public SessionHeader sessionHeader() {
    return sessionHeader;
  }

  /** Returns the writer of session token cookies. */
  public CookieWriter cookies() {
    return cookies;
  }

  /** Returns whether tokens travel in cookies. */
  public boolean cookiesEnabled() {
    return carriers.contains(Carrier.COOKIE);
  }

  /**
   * Expires the cookies of a refused request. Does nothing if another site may have made a browser
   * send it, since that site could otherwise log the user out.
   */
  public void expireCookies(HttpServletRequest request, HttpServletResponse response) {
    if (!extractor.hasCookies(request)) {
      return;
    }
    try {
      guard.checkAction(request, true);
      cookies.expireCookies(request, response);
    } catch (TokenRejectedException ofAnotherSite) {
      LOG.debug("The cookies are kept: {}", ofAnotherSite.detail());
    }
  }
}
