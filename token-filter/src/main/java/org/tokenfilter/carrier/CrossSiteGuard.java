package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A guard against cross-site requests: it rejects requests that a browser sends on behalf of
 * another site and to which it attaches credentials by itself, namely cookies, or the user name and
 * password that the user entered earlier. Thread-safe.
 *
 * <p>The guard uses {@code Sec-Fetch-Site} (W3C Fetch Metadata) if the browser sends it, and {@code
 * Origin} (RFC 6454, 7) otherwise. No current browser sends a request with neither.
 */
public final class CrossSiteGuard {

  private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

  private final Set<String> origins;
  private final TrustedProxies proxies;

  /**
   * Creates a guard.
   *
   * @param origins other origins that may act on this application, such as {@code
   *     https://app.example.org}
   * @param proxies determine the host to which the client sent the request
   */
  public CrossSiteGuard(Set<String> origins, TrustedProxies proxies) {
    this.origins = Set.copyOf(origins);
    this.proxies = proxies;
  }

  /**
   * Checks a request whose token came in a cookie, if it has an unsafe method or is a handshake for
   * another protocol. All other requests are allowed. The handshake is checked because a page may
   * open a WebSocket to any host, with the cookies of that host, and read its messages: unlike with
   * CORS, no browser sends a preflight request (RFC 6455, 10.2).
   *
   * @throws TokenRejectedException if another site sent the request
   */
  public void checkUnsafe(HttpServletRequest request) throws TokenRejectedException {
    if (!SAFE_METHODS.contains(request.getMethod()) || isHandshake(request)) {
      check(request, true);
    }
  }

  /**
   * Returns whether a request asks for another protocol. Over HTTP/1.1 a header says so, which no
   * page can make a browser send with any other request (Fetch, forbidden request-header). Over
   * HTTP/2 the method is CONNECT (RFC 8441), which is not safe.
   */
  private static boolean isHandshake(HttpServletRequest request) {
    return request.getHeader("Upgrade") != null || request.getHeader("Sec-WebSocket-Key") != null;
  }

  /**
   * Checks a request to one of the library's endpoints that issues, renews or revokes a token.
   *
   * @param byCookie whether the request is authenticated by a cookie rather than by user name and
   *     password
   * @throws TokenRejectedException if another site sent the request, or if the request is
   *     authenticated by a cookie, has a safe method and sends neither header
   */
  public void checkAction(HttpServletRequest request, boolean byCookie)
      throws TokenRejectedException {
    check(request, !byCookie || !SAFE_METHODS.contains(request.getMethod()));
  }

  private void check(HttpServletRequest request, boolean passWithoutHeaders)
      throws TokenRejectedException {
    String site = singleHeader(request, "Sec-Fetch-Site");
    String origin = singleHeader(request, "Origin");
    if (origin != null && origins.contains(origin)) {
      return;
    }
    if (site == null && origin != null) {
      checkOrigin(origin, request);
    } else if (site == null
        ? !passWithoutHeaders
        : !site.equals("same-origin") && !site.equals("none")) {
      throw new TokenRejectedException(RefusalCause.OTHER_SITE);
    }
  }

  private void checkOrigin(String origin, HttpServletRequest request)
      throws TokenRejectedException {
    TargetOrigin target = proxies.targetOrigin(request);
    if (!target.matches(origin)) {
      throw new TokenRejectedException(
          target.differsOnlyInPort(origin) ? RefusalCause.OTHER_PORT : RefusalCause.OTHER_SITE);
    }
  }

  /**
   * Returns the value of a header, or null if it is absent. If the header is repeated, returns an
   * empty text, which matches nothing.
   */
  private static @Nullable String singleHeader(HttpServletRequest request, String name) {
    Enumeration<String> values = request.getHeaders(name);
    if (values == null || !values.hasMoreElements()) {
      return null;
    }
    String value = values.nextElement();
    return values.hasMoreElements() ? "" : value;
  }
}
