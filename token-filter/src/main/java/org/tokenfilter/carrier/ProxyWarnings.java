package org.tokenfilter.carrier;

import static org.tokenfilter.carrier.ForwardedHeaders.FORWARDED;
import static org.tokenfilter.carrier.ForwardedHeaders.FORWARDED_FOR;
import static org.tokenfilter.carrier.ForwardedHeaders.FORWARDED_PROTO;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Warnings for operators, each logged once, about proxies that are missing in the settings. The
 * headers are used only as hints here, because any client can send them. Thread-safe.
 */
final class ProxyWarnings {

  private static final Logger LOG = LoggerFactory.getLogger(TrustedProxies.class);

  /**
   * A request attribute that Tomcat's RemoteIpValve and RemoteIpFilter set when they have resolved
   * the client address.
   */
  private static final String RESOLVED_BY_TOMCAT = "org.apache.tomcat.request.forwarded";

  private final AtomicBoolean untrustedPeerReported = new AtomicBoolean();
  private final AtomicBoolean missingAddressReported = new AtomicBoolean();
  private final AtomicBoolean insecureCookiesReported = new AtomicBoolean();

  /** Warns if a request with forwarded headers came from a peer that is not trusted. */
  void warnUntrustedPeer(HttpServletRequest request, ClientAddress peer) {
    boolean forwarded =
        request.getHeader(FORWARDED) != null || request.getHeader(FORWARDED_FOR) != null;
    if (!forwarded
        || untrustedPeerReported.get()
        || isResolvedByTomcat(request)
        || !isFirst(untrustedPeerReported)) {
      return;
    }
    if (isPeerInForwardedHeaders(request)) {
      LOG.warn(
          "The container resolves client addresses, such as {}, from the Forwarded headers itself."
              + " Some containers trust these headers from any sender. Configure the container to"
              + " trust only those of your proxies (Tomcat: RemoteIpValve), or none, and name your"
              + " proxies in token.trusted-proxies. Do not name clients there",
          peer);
    } else {
      LOG.warn(
          "A request came with Forwarded headers from {}, which is not a trusted proxy. If it is"
              + " one of your proxies, name it in token.trusted-proxies",
          request.getRemoteAddr());
    }
  }

  /** Warns that a request came from a peer without an address. */
  void warnMissingAddress() {
    if (isFirst(missingAddressReported)) {
      LOG.warn(
          "The container reports no client address, and such requests are refused with 400. If a"
              + " proxy connects to it by a Unix socket, set token.trusted-proxies=unix or"
              + " token.binding=off");
    }
  }

  /**
   * Warns if cookies are sent without Secure although a header indicates that the client uses TLS.
   *
   * @param byChoice whether the settings turn Secure off for all cookies
   * @param trusted whether the peer is a trusted proxy
   */
  void warnInsecureCookies(HttpServletRequest request, boolean byChoice, boolean trusted) {
    String sign = insecureCookiesReported.get() ? null : tlsIndicator(request);
    if (sign == null || !isFirst(insecureCookiesReported)) {
      return;
    }
    String remedy;
    if (byChoice) {
      remedy = "set token.cookie.secure=true or token.cookie.secure=auto";
    } else if (trusted) {
      remedy = "configure that proxy to send X-Forwarded-Proto, or set token.cookie.secure=true";
    } else if (isResolvedByTomcat(request) || isPeerInForwardedHeaders(request)) {
      remedy =
          "configure the container to take the scheme from the proxy, as it does the address, or"
              + " set token.cookie.secure=true";
    } else {
      remedy =
          "if that is one of your proxies, name it in token.trusted-proxies, or else set"
              + " token.cookie.secure=true";
    }
    LOG.warn(
        "Cookies are sent without Secure, although {} of a request from {} indicates that its"
            + " client uses https: {}",
        sign,
        request.getRemoteAddr(),
        remedy);
  }

  private static boolean isFirst(AtomicBoolean told) {
    return told.compareAndSet(false, true);
  }

  /**
   * Returns the name of the header that indicates that the client uses TLS; null if there is none.
   */
  private static @Nullable String tlsIndicator(HttpServletRequest request) {
    String scheme = lower(request.getHeader(FORWARDED_PROTO));
    if (scheme.startsWith("https") || scheme.startsWith("wss")) {
      return FORWARDED_PROTO;
    }
    if (lower(request.getHeader(FORWARDED)).replace("\"", "").contains("proto=https")) {
      return FORWARDED;
    }
    for (String header : List.of("X-Forwarded-Ssl", "Front-End-Https")) {
      if (lower(request.getHeader(header)).equals("on")) {
        return header;
      }
    }
    String host = request.getHeader("Host");
    boolean ownPage =
        host != null && lower(request.getHeader("Origin")).equals("https://" + lower(host));
    return ownPage ? "Origin" : null;
  }

  private static String lower(@Nullable String text) {
    return text == null ? "" : text.toLowerCase(Locale.ROOT);
  }

  private static boolean isResolvedByTomcat(HttpServletRequest request) {
    return Boolean.TRUE.equals(request.getAttribute(RESOLVED_BY_TOMCAT));
  }

  /**
   * Returns whether the peer's address is an element of the forwarded headers. A proxy adds the
   * address of its client, never its own, so the container must have resolved the peer's address
   * from them.
   */
  private static boolean isPeerInForwardedHeaders(HttpServletRequest request) {
    try {
      ClientAddress peer = ClientAddress.parse(String.valueOf(request.getRemoteAddr()));
      List<String> nodes = new ArrayList<>(ListHeader.parameters(request, FORWARDED, "for"));
      nodes.addAll(ListHeader.elements(request, FORWARDED_FOR));
      return nodes.stream().anyMatch(node -> hasAddress(node, peer));
    } catch (IllegalArgumentException | TokenRejectedException notReadable) {
      return false;
    }
  }

  private static boolean hasAddress(String node, ClientAddress address) {
    try {
      return NodeAddress.parse(node).equals(address);
    } catch (IllegalArgumentException notOne) {
      return false;
    }
  }
}
