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
 * Tells operators, once for each cause, of proxies that the settings do not know. What headers say
 * is no more than a hint here: anybody may write them. Thread-safe.
 */
final class ForwardingNotices {

  private static final Logger LOG = LoggerFactory.getLogger(TrustedProxies.class);

  /** Tomcat says so of what its RemoteIpValve or RemoteIpFilter has resolved. */
  private static final String RESOLVED_BY_TOMCAT = "org.apache.tomcat.request.forwarded";

  private final AtomicBoolean strange = new AtomicBoolean();
  private final AtomicBoolean unnamed = new AtomicBoolean();
  private final AtomicBoolean plain = new AtomicBoolean();

  /** A request came from a peer that is not trusted. */
  void strangeRequest(HttpServletRequest request, ClientAddress peer) {
    boolean forwarded =
        request.getHeader(FORWARDED) != null || request.getHeader(FORWARDED_FOR) != null;
    if (!forwarded || strange.get() || isResolvedByTomcat(request) || !first(strange)) {
      return;
    }
    if (isInChain(request)) {
      LOG.warn(
          "The container takes the address of clients, such as {}, from the Forwarded headers by"
              + " itself. Some containers believe anybody's: let yours believe those of your"
              + " proxies alone (Tomcat: RemoteIpValve), or none, with your proxies named in"
              + " token.trusted-proxies. Do not name clients there",
          peer);
    } else {
      LOG.warn(
          "A request came with Forwarded headers from {}, which is no trusted proxy; if it is one"
              + " of yours, name it in token.trusted-proxies",
          request.getRemoteAddr());
    }
  }

  /** A request came from a peer that has no address. */
  void unnamedPeer() {
    if (first(unnamed)) {
      LOG.warn(
          "The container names no address of a client, and such requests are refused with 400."
              + " Where a proxy speaks to it by a Unix socket, set token.trusted-proxies=unix, or"
              + " token.binding=off");
    }
  }

  /**
   * Cookies go out without Secure.
   *
   * @param byChoice whether the settings say so of all cookies
   * @param trusted whether the peer is a trusted proxy
   */
  void plainCookies(HttpServletRequest request, boolean byChoice, boolean trusted) {
    String sign = plain.get() ? null : signOfTls(request);
    if (sign == null || !first(plain)) {
      return;
    }
    String remedy;
    if (byChoice) {
      remedy = "set token.cookie.secure=true, or auto";
    } else if (trusted) {
      remedy = "let that proxy send X-Forwarded-Proto, or set token.cookie.secure=true";
    } else if (isResolvedByTomcat(request) || isInChain(request)) {
      remedy =
          "let the container take the scheme from the proxy too, as it takes the address, or set"
              + " token.cookie.secure=true";
    } else {
      remedy =
          "if that is a proxy of yours, name it in token.trusted-proxies; or set"
              + " token.cookie.secure=true";
    }
    LOG.warn(
        "Cookies go out without Secure, though {} of a request from {} says that its client uses"
            + " https: {}",
        sign,
        request.getRemoteAddr(),
        remedy);
  }

  private static boolean first(AtomicBoolean told) {
    return told.compareAndSet(false, true);
  }

  /** The header that says that the client uses TLS; null if none does. */
  private static @Nullable String signOfTls(HttpServletRequest request) {
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

  /** A proxy writes whom it has been asked by, never itself. */
  private static boolean isInChain(HttpServletRequest request) {
    try {
      ClientAddress peer = ClientAddress.parse(String.valueOf(request.getRemoteAddr()));
      List<String> nodes = new ArrayList<>(ListHeader.parameters(request, FORWARDED, "for"));
      nodes.addAll(ListHeader.elements(request, FORWARDED_FOR));
      return nodes.stream().anyMatch(node -> isAt(node, peer));
    } catch (IllegalArgumentException | TokenRejectedException notReadable) {
      return false;
    }
  }

  private static boolean isAt(String node, ClientAddress address) {
    try {
      return NodeAddress.parse(node).equals(address);
    } catch (IllegalArgumentException notOne) {
      return false;
    }
  }
}
