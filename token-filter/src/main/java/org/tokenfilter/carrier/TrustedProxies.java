package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Finds out where a request really comes from, and which server it has asked: what {@code
 * Forwarded} (RFC 7239) and {@code X-Forwarded-For}, {@code -Proto}, {@code -Host} and {@code
 * -Port} say is believed from the right for as long as a trusted proxy said it. Thread-safe.
 *
 * <pre>
 *   peer 10.0.0.7 (trusted)    X-Forwarded-For: 1.2.3.4, 203.0.113.9, 10.0.0.6 (trusted)
 *                              the client is 203.0.113.9; what is left of it anybody may have written
 * </pre>
 */
public final class TrustedProxies {

  private static final String UNIX = "unix";

  private final List<Network> proxies;
  private final boolean unix;
  private final boolean unnamedPass;
  private final ForwardingNotices notices = new ForwardingNotices();

  /**
   * Proxies.
   *
   * @param proxies addresses, ranges in CIDR notation, or {@code unix} for each peer at a Unix
   *     socket; none, and no header is believed
   * @throws IllegalArgumentException if one is neither
   */
  public TrustedProxies(List<String> proxies) {
    this(proxies, false);
  }

  /**
   * Proxies, where clients need not have an address.
   *
   * @param unnamedPass whether a peer at a Unix socket passes that is not trusted
   */
  public TrustedProxies(List<String> proxies, boolean unnamedPass) {
    this.unix = proxies.contains(UNIX);
    this.proxies =
        proxies.stream().filter(proxy -> !proxy.equals(UNIX)).map(Network::parse).toList();
    this.unnamedPass = unnamedPass;
  }

  /**
   * The client of a request.
   *
   * @throws TokenRejectedException if the container or a trusted proxy names what is no address, or
   *     a proxy sends both headers and they differ: then one of them was not written by it
   */
  public ClientAddress clientOf(HttpServletRequest request) throws TokenRejectedException {
    ClientAddress peer = peerOf(request);
    if (trusts(peer)) {
      return new ForwardedHeaders(request, peer, this::trusts).client();
    }
    notices.strangeRequest(request, peer);
    return peer;
  }

  /**
   * The server that the client has asked: as trusted proxies say, and else as Host does. What the
   * container itself knows to have come over TLS, has, whatever a header says.
   *
   * @throws TokenRejectedException if what a trusted proxy says cannot be read, or it says two
   *     things that differ
   */
  public AskedServer serverOf(HttpServletRequest request) throws TokenRejectedException {
    if (proxies.isEmpty() && !unix) {
      return new AskedServer(request.isSecure(), askedHost(request));
    }
    ClientAddress peer = peerOf(request);
    if (!trusts(peer)) {
      return new AskedServer(request.isSecure(), askedHost(request));
    }
    ForwardedHeaders said = new ForwardedHeaders(request, peer, this::trusts);
    boolean saidSecure = said.scheme().equals("https");
    boolean secure = saidSecure || request.isSecure();
    String host = said.host();
    return new AskedServer(
        secure, withPort(host.isEmpty() ? askedHost(request) : host, secure, said.port()));
  }

  /**
   * A port behind the host is the one that the client has written there. Where a proxy ends TLS, 80
   * is its own way to the next one.
   */
  private static String withPort(String host, boolean secure, int port) {
    boolean said = port != 0 && port != 80 && !(secure && port == 443);
    return said && !AskedServer.hasPort(host) ? host + ":" + port : host;
  }

  /**
   * Whether the client asked over TLS: as the container or a trusted proxy says. Where that cannot
   * be told it is true, since a cookie that is Secure without need betrays nothing.
   */
  boolean isSecure(HttpServletRequest request) {
    try {
      return request.isSecure() || serverOf(request).secure();
    } catch (TokenRejectedException contradiction) {
      return true;
    }
  }

  /** Tells operators of cookies without Secure that go to a client that seems to use TLS. */
  void plainCookies(HttpServletRequest request, boolean byChoice) {
    notices.plainCookies(request, byChoice, isTrusted(request));
  }

  private boolean isTrusted(HttpServletRequest request) {
    try {
      return trusts(peerOf(request));
    } catch (TokenRejectedException noAddress) {
      return false;
    }
  }

  /** Whether a request was refused for what proxies have written. */
  public static boolean isContradiction(TokenRejectedException refused) {
    return refused.rejection() == Rejection.BAD_REQUEST
        && refused.why().startsWith(ForwardedHeaders.CONTRADICTION);
  }

  /** HTTP/2 has no header Host; a container may or may not make one up. */
  private static String askedHost(HttpServletRequest request) {
    String host = request.getHeader("Host");
    if (host != null) {
      return host;
    }
    int port = request.getServerPort();
    boolean usual = port == (request.isSecure() ? 443 : 80);
    return usual ? request.getServerName() : request.getServerName() + ":" + port;
  }

  /** A container that believes forwarded headers by itself may name whatever a client wrote. */
  private ClientAddress peerOf(HttpServletRequest request) throws TokenRejectedException {
    @Nullable String address = request.getRemoteAddr();
    String text = address == null ? "" : address;
    try {
      return ClientAddress.parse(text);
    } catch (IllegalArgumentException noAddress) {
      // Jetty names neither an address nor a port, which no header of a client brings about.
      if (text.isEmpty() && request.getRemotePort() < 0 && (unix || unnamedPass)) {
        return ClientAddress.UNIX;
      }
      notices.unnamedPeer();
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "no address of a client");
    }
  }

  private boolean trusts(ClientAddress address) {
    if (unix && address.equals(ClientAddress.UNIX)) {
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
