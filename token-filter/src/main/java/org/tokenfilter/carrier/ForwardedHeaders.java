package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The information that trusted proxies add to one request whose peer is one of them, in {@code
 * Forwarded} (RFC 7239) and in the headers that begin with {@code X-Forwarded-}. Each of these
 * headers is a list to which each proxy may append. The elements are read from the right, and an
 * element is trusted for as long as its sender is trusted. Of the trusted elements, the leftmost
 * one with a value counts: it comes from the proxy closest to the client that reports one.
 *
 * <pre>
 *   peer 10.0.0.7 (trusted)    X-Forwarded-For: 1.2.3.4, 203.0.113.9, 10.0.0.6 (trusted)
 *                              X-Forwarded-Proto: ftp, https, http
 *                              client 203.0.113.9, https; the elements further left may be forged
 * </pre>
 */
final class ForwardedHeaders {

  static final String FORWARDED = "Forwarded";
  static final String FORWARDED_FOR = "X-Forwarded-For";
  static final String FORWARDED_PROTO = "X-Forwarded-Proto";
  static final String FORWARDED_HOST = "X-Forwarded-Host";
  static final String FORWARDED_PORT = "X-Forwarded-Port";

  /** The start of the detail of each rejection because of these headers. */
  static final String DETAIL_PREFIX = "forwarded headers ";

  private static final int MAX_PORT = 65_535;

  private final HttpServletRequest request;
  private final ClientAddress peer;
  private final Predicate<ClientAddress> trusted;
  private final List<String> forwarded;
  private final List<String> forwardedFor;

  /**
   * Reads the client addresses from the headers of a request.
   *
   * @param peer the address of the peer, which must be trusted
   * @param trusted decides whether an address is a trusted proxy's
   * @throws TokenRejectedException if a header is malformed, as for {@link ListHeader#elements}
   */
  ForwardedHeaders(HttpServletRequest request, ClientAddress peer, Predicate<ClientAddress> trusted)
      throws TokenRejectedException {
    this.request = request;
    this.peer = peer;
    this.trusted = trusted;
    forwarded = ListHeader.parameters(request, FORWARDED, "for");
    forwardedFor = ListHeader.elements(request, FORWARDED_FOR);
  }

  /**
   * Returns the client's address: the rightmost address that is not trusted, or the leftmost one if
   * all are trusted.
   *
   * @throws TokenRejectedException if an element that counts is not an address, or if the headers
   *     name different clients
   */
  ClientAddress client() throws TokenRejectedException {
    ClientAddress client = rightmostUntrusted(forwarded.isEmpty() ? forwardedFor : forwarded);
    if (!forwardedFor.isEmpty() && !rightmostUntrusted(forwardedFor).equals(client)) {
      throw contradiction(FORWARDED_FOR);
    }
    return client;
  }

  private ClientAddress rightmostUntrusted(List<String> nodes) throws TokenRejectedException {
    ClientAddress client = peer;
    for (int i = nodes.size() - 1; i >= 0 && trusted.test(client); i--) {
      try {
        client = NodeAddress.parse(nodes.get(i));
      } catch (IllegalArgumentException notOne) {
        throw badRequest("without an address of the client");
      }
    }
    return client;
  }

  /**
   * Returns the scheme that the client used, {@code http} or {@code https}; empty if no proxy
   * reports one.
   *
   * @throws TokenRejectedException if it is another scheme, or if the headers differ
   */
  String scheme() throws TokenRejectedException {
    return requireSame(
        scheme(forwardedParameter("proto")), scheme(headerValue(FORWARDED_PROTO)), FORWARDED_PROTO);
  }

  /**
   * Returns the host to which the client sent the request, with its port if the proxy reports it
   * there; empty if no proxy reports one.
   *
   * @throws TokenRejectedException if the headers differ
   */
  String host() throws TokenRejectedException {
    return requireSame(forwardedParameter("host"), headerValue(FORWARDED_HOST), FORWARDED_HOST);
  }

  /**
   * Returns the port to which the client sent the request; 0 if no proxy reports one.
   *
   * @throws TokenRejectedException if it is not a number from 1 to 65535
   */
  int port() throws TokenRejectedException {
    String port = headerValue(FORWARDED_PORT);
    if (port.isEmpty()) {
      return 0;
    }
    int number = port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : 0;
    if (number < 1 || number > MAX_PORT) {
      throw badRequest("with a port that is none");
    }
    return number;
  }

  /**
   * Returns the scheme in canonical form. Some proxies report the scheme of a WebSocket as {@code
   * ws} or {@code wss}.
   */
  private static String scheme(String said) throws TokenRejectedException {
    return switch (said.toLowerCase(Locale.ROOT)) {
      case "" -> "";
      case "https", "wss" -> "https";
      case "http", "ws" -> "http";
      default -> throw badRequest("with a scheme that is neither http nor https");
    };
  }

  private static String requireSame(String byForwarded, String other, String header)
      throws TokenRejectedException {
    if (!byForwarded.isEmpty() && !other.isEmpty() && !byForwarded.equalsIgnoreCase(other)) {
      throw contradiction(header);
    }
    return byForwarded.isEmpty() ? other : byForwarded;
  }

  private String forwardedParameter(String parameter) throws TokenRejectedException {
    return firstNonEmpty(
        ListHeader.parameters(request, FORWARDED, parameter), countTrusted(forwarded));
  }

  /**
   * Returns the value of a header that does not identify its senders. As many elements count as
   * proxies have added a client address, and at least one.
   */
  private String headerValue(String header) throws TokenRejectedException {
    int count = countTrusted(forwardedFor.isEmpty() ? forwarded : forwardedFor);
    return firstNonEmpty(ListHeader.elements(request, header), Math.max(1, count));
  }

  /**
   * Returns the first non-empty element among the given number of elements on the right; empty if
   * there is none.
   */
  private static String firstNonEmpty(List<String> elements, int count) {
    return elements.subList(Math.max(0, elements.size() - count), elements.size()).stream()
        .filter(element -> !element.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** Returns the number of elements on the right whose sender is trusted. */
  private int countTrusted(List<String> nodes) {
    int count = 0;
    ClientAddress sender = peer;
    try {
      while (count < nodes.size() && trusted.test(sender)) {
        count++;
        sender = NodeAddress.parse(nodes.get(nodes.size() - count));
      }
    } catch (IllegalArgumentException notOne) {
      // A sender without an address is not trusted.
    }
    return count;
  }

  private static TokenRejectedException contradiction(String header) {
    return badRequest("that differ: " + FORWARDED + " and " + header);
  }

  private static TokenRejectedException badRequest(String why) {
    return new TokenRejectedException(RefusalCause.FORWARDED_HEADERS, DETAIL_PREFIX + why);
  }
}
