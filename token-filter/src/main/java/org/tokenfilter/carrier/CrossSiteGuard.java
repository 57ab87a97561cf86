package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import java.util.Locale;
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
    boolean passes;
    if (origin != null && origins.contains(origin)) {
      passes = true;
    } else if (site != null) {
      passes = site.equals("same-origin") || site.equals("none");
    } else if (origin != null) {
      passes = isHost(origin, request);
    } else {
      passes = passWithoutHeaders;
    }
    if (!passes) {
      throw new TokenRejectedException(
          Rejection.CROSS_SITE, "a browser sent it for another site than this");
    }
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

  /**
   * Whether an origin has the request's host and port. A host without port has that of TLS where
   * the request came over TLS; where it did not, a proxy may have ended TLS, and it has the
   * origin's.
   */
  private boolean isHost(String origin, HttpServletRequest request) throws TokenRejectedException {
    String host = proxies.hostOf(request);
    String lower = origin.toLowerCase(Locale.ROOT);
    for (Scheme scheme : Scheme.values()) {
      if (lower.startsWith(scheme.start)) {
        Scheme own = request.isSecure() ? Scheme.HTTPS : scheme;
        String authority = scheme.withPort(lower.substring(scheme.start.length()));
        return authority.equals(own.withPort(host.toLowerCase(Locale.ROOT)));
      }
    }
    return false;
  }

  private enum Scheme {
    HTTP("http://", ":80"),
    HTTPS("https://", ":443");

    private final String start;
    private final String port;

    Scheme(String start, String port) {
      this.start = start;
      this.port = port;
    }

    private String withPort(String authority) {
      boolean named = authority.lastIndexOf(':') > authority.lastIndexOf(']');
      return named ? authority : authority + port;
    }
  }
}
