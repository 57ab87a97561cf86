package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Refuses what a browser sends on behalf of another site, where the browser adds the credentials by
 * itself: cookies, and the user name and password that it was once asked for. Thread-safe.
 *
 * <p>Goes by {@code Sec-Fetch-Site} (W3C Fetch Metadata) where the browser sends it, else by {@code
 * Origin} (RFC 6454, 7). A request with neither comes from no browser of today.
 */
public final class CrossSiteGuard {

  /** Why a page of this host is refused whose port is another one than the request's. */
  public static final String OTHER_PORT =
      "a browser sent it for another port, or scheme, of this host";

  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

  private final Set<String> origins;
  private final TrustedProxies proxies;

  /**
   * A guard.
   *
   * @param origins other origins that may act here, such as {@code https://app.example.org}
   * @param proxies know the host that was asked for
   */
  public CrossSiteGuard(Set<String> origins, TrustedProxies proxies) {
    this.origins = Set.copyOf(origins);
    this.proxies = proxies;
  }

  /**
   * Guards an unsafe method, and a handshake for another protocol, whose token came in a cookie;
   * lets everything else through. A page may open a WebSocket to each host, with that host's
   * cookies, and read what comes: no browser asks before as it does by CORS (RFC 6455, 10.2).
   */
  public void checkUnsafe(HttpServletRequest request) throws TokenRejectedException {
    if (!SAFE.contains(request.getMethod()) || isHandshake(request)) {
      check(request, true);
    }
  }

  /**
   * Whether it asks for another protocol. Over HTTP/1.1 a header says so, and no page can make a
   * browser send one with any other request (Fetch, forbidden request-header); over HTTP/2 the
   * method is CONNECT (RFC 8441), which is not safe.
   */
  private static boolean isHandshake(HttpServletRequest request) {
    return request.getHeader("Upgrade") != null || request.getHeader("Sec-WebSocket-Key") != null;
  }

  /**
   * Guards a request that issues, renews or ends something at an endpoint of ours.
   *
   * @param byCookie whether a cookie authenticates it, rather than user name and password
   */
  public void checkAction(HttpServletRequest request, boolean byCookie)
      throws TokenRejectedException {
    check(request, !byCookie || !SAFE.contains(request.getMethod()));
  }

  private void check(HttpServletRequest request, boolean passWithoutHeaders)
      throws TokenRejectedException {
    String site = single(request, "Sec-Fetch-Site");
    String origin = single(request, "Origin");
    if (origin != null && origins.contains(origin)) {
      return;
    }
    if (site == null && origin != null) {
      checkOrigin(origin, request);
    } else if (site == null
        ? !passWithoutHeaders
        : !site.equals("same-origin") && !site.equals("none")) {
      throw refused("a browser sent it for another site than this");
    }
  }

  private void checkOrigin(String origin, HttpServletRequest request)
      throws TokenRejectedException {
    AskedServer server = proxies.serverOf(request);
    if (!server.isOf(origin)) {
      throw refused(
          server.isOfAnotherPortThan(origin)
              ? OTHER_PORT
              : "a browser sent it for another site than this");
    }
  }

  private static TokenRejectedException refused(String why) {
    return new TokenRejectedException(Rejection.CROSS_SITE, why);
  }

  /** The header's value; of two, one that matches nothing. */
  private static @Nullable String single(HttpServletRequest request, String name) {
    Enumeration<String> values = request.getHeaders(name);
    if (values == null || !values.hasMoreElements()) {
      return null;
    }
    String value = values.nextElement();
    return values.hasMoreElements() ? "" : value;
  }
}
