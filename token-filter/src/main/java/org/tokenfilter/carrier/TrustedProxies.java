package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The trusted proxies of an application. They determine the client of a request and the server that
 * it was sent to: the values of {@code Forwarded} (RFC 7239) and of {@code X-Forwarded-For}, {@code
 * -Proto}, {@code -Host} and {@code -Port} are read from the right and are believed for as long as
 * a trusted proxy sent them. Thread-safe.
 *
 * <pre>
 *   peer 10.0.0.7 (trusted)    X-Forwarded-For: 1.2.3.4, 203.0.113.9, 10.0.0.6 (trusted)
 *                              the client is 203.0.113.9; addresses further left may be forged
 * </pre>
 */
public final class TrustedProxies {

  private static final String UNIX = "unix";

  private final List<Network> proxies;
  private final boolean unixPeersTrusted;
  private final boolean peersWithoutAddressAllowed;
  private final ProxyWarnings warnings = new ProxyWarnings();

  /**
   * Creates trusted proxies for clients that must have an address.
   *
   * @param proxies addresses, ranges in CIDR notation, or {@code unix} for every peer at a Unix
   *     socket; if empty, no header is believed
   * @throws IllegalArgumentException if an element is none of these
   */
  public TrustedProxies(List<String> proxies) {
    this(proxies, false);
  }

  /**
   * Creates trusted proxies.
   *
   * @param proxies addresses, ranges in CIDR notation, or {@code unix} for every peer at a Unix
   *     socket; if empty, no header is believed
   * @param unnamedPass whether to accept a peer at a Unix socket that is not trusted
   * @throws IllegalArgumentException if an element of {@code proxies} is none of these
   */
  public TrustedProxies(List<String> proxies, boolean unnamedPass) {
    this.unixPeersTrusted = proxies.contains(UNIX);
    this.proxies =
        proxies.stream().filter(proxy -> !proxy.equals(UNIX)).map(Network::parse).toList();
    this.peersWithoutAddressAllowed = unnamedPass;
  }

  /**
   * Returns the address of the client that sent a request.
   *
   * @throws TokenRejectedException if the container or a trusted proxy reports something that is
   *     not an address, or if a proxy sends both headers and they differ, in which case it did not
   *     write one of them
   */
  public ClientAddress clientOf(HttpServletRequest request) throws TokenRejectedException {
    ClientAddress peer = peerOf(request);
    if (trusts(peer)) {
      return new ForwardedHeaders(request, peer, this::trusts).client();
    }
    warnings.warnUntrustedPeer(request, peer);
    return peer;
  }

  /**
   * Returns the origin to which the client sent a request, as reported by trusted proxies or else
   * by the Host header. A request that the container itself received over TLS is always secure,
   * whatever a header says.
   *
   * @throws TokenRejectedException if the headers of a trusted proxy are malformed or contradict
   *     each other
   */
  public TargetOrigin targetOrigin(HttpServletRequest request) throws TokenRejectedException {
    if (proxies.isEmpty() && !unixPeersTrusted) {
      return new TargetOrigin(request.isSecure(), requestedHost(request));
    }
    ClientAddress peer = peerOf(request);
    if (!trusts(peer)) {
      return new TargetOrigin(request.isSecure(), requestedHost(request));
    }
    ForwardedHeaders forwardedHeaders = new ForwardedHeaders(request, peer, this::trusts);
    boolean saidSecure = forwardedHeaders.scheme().equals("https");
    boolean secure = saidSecure || request.isSecure();
    String host = forwardedHeaders.host();
    return new TargetOrigin(
        secure,
        withPort(host.isEmpty() ? requestedHost(request) : host, secure, forwardedHeaders.port()));
  }

  /**
   * Adds a reported port to a host without a port, unless it is a default port. A port in the host
   * is the one that the client sent. If a proxy terminates TLS, port 80 is the proxy's own
   * connection to the next one.
   */
  private static String withPort(String host, boolean secure, int port) {
    boolean said = port != 0 && port != 80 && !(secure && port == 443);
    return said && !TargetOrigin.hasPort(host) ? host + ":" + port : host;
  }

  /**
   * Returns whether the client uses TLS, as reported by the container or by a trusted proxy.
   * Returns true if the headers contradict each other, because an unnecessary Secure attribute
   * discloses nothing.
   */
  boolean isSecure(HttpServletRequest request) {
    try {
      return request.isSecure() || targetOrigin(request).secure();
    } catch (TokenRejectedException contradiction) {
      return true;
    }
  }

  /**
   * Warns operators if a client that seems to use TLS gets cookies without Secure.
   *
   * @param byChoice whether the settings turn Secure off for all cookies
   */
  void warnInsecureCookies(HttpServletRequest request, boolean byChoice) {
    warnings.warnInsecureCookies(request, byChoice, isTrusted(request));
  }

  private boolean isTrusted(HttpServletRequest request) {
    try {
      return trusts(peerOf(request));
    } catch (TokenRejectedException noAddress) {
      return false;
    }
  }

  /**
   * Returns the host of the request. HTTP/2 has no Host header, and a container may or may not
   * create one.
   */
  private static String requestedHost(HttpServletRequest request) {
    String host = request.getHeader("Host");
    if (host != null) {
      return host;
    }
    int port = request.getServerPort();
    boolean usual = port == (request.isSecure() ? 443 : 80);
    return usual ? request.getServerName() : request.getServerName() + ":" + port;
  }

  /**
   * Returns the address of the peer. A container that evaluates forwarded headers itself may report
   * any text that a client wrote.
   */
  private ClientAddress peerOf(HttpServletRequest request) throws TokenRejectedException {
    @Nullable String address = request.getRemoteAddr();
    String text = address == null ? "" : address;
    try {
      return ClientAddress.parse(text);
    } catch (IllegalArgumentException noAddress) {
      // Jetty reports neither an address nor a port for a Unix socket. No header of a client can
      // cause both.
      if (text.isEmpty()
          && request.getRemotePort() < 0
          && (unixPeersTrusted || peersWithoutAddressAllowed)) {
        return ClientAddress.UNIX;
      }
      warnings.warnMissingAddress();
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "no address of a client");
    }
  }

  private boolean trusts(ClientAddress address) {
    if (unixPeersTrusted && address.equals(ClientAddress.UNIX)) {
      return true;
    }
    for (Network proxy : proxies) {
      if (proxy.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
