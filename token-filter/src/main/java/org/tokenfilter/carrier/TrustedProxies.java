package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Finds out where a request really comes from. What stands in {@code Forwarded} (RFC 7239) or
 * {@code X-Forwarded-For} is believed from the right for as long as a trusted proxy said it: the
 * first address that is not one of them is the client. Thread-safe.
 *
 * <pre>
 *   peer 10.0.0.7 (trusted)    X-Forwarded-For: 1.2.3.4, 203.0.113.9, 10.0.0.6 (trusted)
 *                              the client is 203.0.113.9; what is left of it anybody may have written
 * </pre>
 */
public final class TrustedProxies {

  private static final Logger LOG = LoggerFactory.getLogger(TrustedProxies.class);
  private static final String FORWARDED = "Forwarded";
  private static final String FORWARDED_FOR = "X-Forwarded-For";
  private static final String FORWARDED_HOST = "X-Forwarded-Host";

  private final List<Network> proxies;
  private final AtomicBoolean warned = new AtomicBoolean();
  private final AtomicBoolean unnamed = new AtomicBoolean();

  /**
   * Proxies.
   *
   * @param proxies addresses, or ranges in CIDR notation; none, and no header is believed
   * @throws IllegalArgumentException if one is neither
   */
  public TrustedProxies(List<String> proxies) {
    this.proxies = proxies.stream().map(Network::parse).toList();
  }

  /**
   * The client of a request.
   *
   * @throws TokenRejectedException if the container or a trusted proxy names what is no address, or
   *     a proxy sends both headers and they differ: then one of them was not written by it
   */
  public ClientAddress clientOf(HttpServletRequest request) throws TokenRejectedException {
    ClientAddress peer = peerOf(request);
    if (!trusts(peer)) {
      warnOfForwarding(request);
      return peer;
    }
    List<String> forwarded = ListHeader.parameters(request, FORWARDED, "for");
    List<String> forwardedFor = ListHeader.elements(request, FORWARDED_FOR);
    ClientAddress client = rightmostStranger(peer, forwarded.isEmpty() ? forwardedFor : forwarded);
    if (!forwardedFor.isEmpty() && !rightmostStranger(peer, forwardedFor).equals(client)) {
      throw refused("Forwarded and X-Forwarded-For differ");
    }
    return client;
  }

  /**
   * The host that the client asked for, with its port: as a trusted proxy says, else as Host.
   *
   * @throws TokenRejectedException if the proxy's header cannot be read, or both headers name a
   *     host and they differ
   */
  String hostOf(HttpServletRequest request) throws TokenRejectedException {
    if (proxies.isEmpty() || !trusts(peerOf(request))) {
      return askedHost(request);
    }
    String forwarded = last(ListHeader.parameters(request, FORWARDED, "host"));
    String forwardedHost = last(ListHeader.elements(request, FORWARDED_HOST));
    if (forwarded.isEmpty() && forwardedHost.isEmpty()) {
      return askedHost(request);
    }
    if (!forwarded.isEmpty()
        && !forwardedHost.isEmpty()
        && !forwarded.equalsIgnoreCase(forwardedHost)) {
      throw refused("Forwarded and X-Forwarded-Host differ");
    }
    return forwarded.isEmpty() ? forwardedHost : forwarded;
  }

  /** HTTP/2 has no header Host; a container may or may not make one up. */
  private static String askedHost(HttpServletRequest request) {
    String host = request.getHeader("Host");
    return host == null ? request.getServerName() + ":" + request.getServerPort() : host;
  }

  /** What the nearest proxy wrote; an empty text for nothing. */
  private static String last(List<String> elements) {
    return elements.isEmpty() ? "" : elements.get(elements.size() - 1);
  }

  /** A container that believes forwarded headers by itself may name whatever a client wrote. */
  private ClientAddress peerOf(HttpServletRequest request) throws TokenRejectedException {
    @Nullable String address = request.getRemoteAddr();
    try {
      return parsed(address == null ? "" : address);
    } catch (TokenRejectedException noAddress) {
      if (unnamed.compareAndSet(false, true)) {
        LOG.warn("The container names no address of a client, and such requests are refused");
      }
      throw noAddress;
    }
  }

  private boolean trusts(ClientAddress address) {
    for (Network proxy : proxies) {
      if (proxy.contains(address)) {
        return true;
      }
    }
    return false;
  }

  private ClientAddress rightmostStranger(ClientAddress peer, List<String> chain)
      throws TokenRejectedException {
    ClientAddress client = peer;
    for (int i = chain.size() - 1; i >= 0 && trusts(client); i--) {
      client = address(chain.get(i));
    }
    return client;
  }

  /** An address with or without its port: {@code 1.2.3.4:80}, {@code [::1]:80}, {@code ::1}. */
  private static ClientAddress address(String node) throws TokenRejectedException {
    int colon = node.indexOf(':');
    String host = node;
    if (node.startsWith("[")) {
      host = node.substring(0, node.indexOf(']') + 1);
    } else if (colon >= 0 && colon == node.lastIndexOf(':')) {
      host = node.substring(0, colon);
    }
    return parsed(host);
  }

  private static ClientAddress parsed(String text) throws TokenRejectedException {
    try {
      return ClientAddress.parse(text);
    } catch (IllegalArgumentException notOne) {
      throw refused("no address of a client");
    }
  }

  private void warnOfForwarding(HttpServletRequest request) {
    boolean forwarded =
        request.getHeader(FORWARDED) != null || request.getHeader(FORWARDED_FOR) != null;
    if (forwarded && warned.compareAndSet(false, true)) {
      LOG.warn(
          "A request came with Forwarded headers from {}, which is no trusted proxy; if it is one of"
              + " yours, name it in token.trusted-proxies",
          request.getRemoteAddr());
    }
  }

  private static TokenRejectedException refused(String why) {
    return new TokenRejectedException(Rejection.BAD_REQUEST, why);
  }
}
