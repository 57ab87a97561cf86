package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * What trusted proxies say of one request whose peer is one of them, in {@code Forwarded} (RFC
 * 7239) and in the headers that begin with {@code X-Forwarded-}. Each of these is a list to which
 * each proxy may append: an element is believed for as long as its sender is trusted, from the
 * right. What the proxy says that the client has asked counts, and else what the next one says.
 *
 * <pre>
 *   peer 10.0.0.7 (trusted)    X-Forwarded-For: 1.2.3.4, 203.0.113.9, 10.0.0.6 (trusted)
 *                              X-Forwarded-Proto: ftp, https, http
 *                              client 203.0.113.9, https; anybody may have written what is left
 * </pre>
 */
final class ForwardedHeaders {

  static final String FORWARDED = "Forwarded";
  static final String FORWARDED_FOR = "X-Forwarded-For";
  static final String FORWARDED_PROTO = "X-Forwarded-Proto";
  static final String FORWARDED_HOST = "X-Forwarded-Host";
  static final String FORWARDED_PORT = "X-Forwarded-Port";

  /** How each refusal for what proxies say begins. */
  static final String CONTRADICTION = "forwarded headers ";

  private static final int MOST_PORT = 65_535;

  private final HttpServletRequest request;
  private final ClientAddress peer;
  private final Predicate<ClientAddress> trusted;
  private final List<String> forwarded;
  private final List<String> forwardedFor;

  /**
   * Those of a request.
   *
   * @param peer is trusted
   * @throws TokenRejectedException as {@link ListHeader#elements}
   */
  ForwardedHeaders(HttpServletRequest request, ClientAddress peer, Predicate<ClientAddress> trusted)
      throws TokenRejectedException {
    this.request = request;
    this.peer = peer;
    this.trusted = trusted;
    forwarded = ListHeader.parameters(request, FORWARDED, "for");
    forwardedFor = ListHeader.elements(request, FORWARDED_FOR);
  }

  /** The client: the first from the right that is not trusted, or else the one on the left. */
  ClientAddress client() throws TokenRejectedException {
    ClientAddress client = stranger(forwarded.isEmpty() ? forwardedFor : forwarded);
    if (!forwardedFor.isEmpty() && !stranger(forwardedFor).equals(client)) {
      throw differing(FORWARDED_FOR);
    }
    return client;
  }

  private ClientAddress stranger(List<String> nodes) throws TokenRejectedException {
    ClientAddress client = peer;
    for (int i = nodes.size() - 1; i >= 0 && trusted.test(client); i--) {
      try {
        client = NodeAddress.parse(nodes.get(i));
      } catch (IllegalArgumentException notOne) {
        throw refused("without an address of the client");
      }
    }
    return client;
  }

  /** The scheme that the client asked by, http or https; empty where no proxy says. */
  String scheme() throws TokenRejectedException {
    return agreed(
        scheme(saidByForwarded("proto")), scheme(saidBy(FORWARDED_PROTO)), FORWARDED_PROTO);
  }

  /** The host that the client asked for, perhaps with its port; empty where no proxy says. */
  String host() throws TokenRejectedException {
    return agreed(saidByForwarded("host"), saidBy(FORWARDED_HOST), FORWARDED_HOST);
  }

  /** The port that the client asked for; 0 where no proxy says. */
  int port() throws TokenRejectedException {
    String port = saidBy(FORWARDED_PORT);
    if (port.isEmpty()) {
      return 0;
    }
    int number = port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : 0;
    if (number < 1 || number > MOST_PORT) {
      throw refused("with a port that is none");
    }
    return number;
  }

  /** Some proxies name the scheme of a WebSocket by its own name. */
  private static String scheme(String said) throws TokenRejectedException {
    return switch (said.toLowerCase(Locale.ROOT)) {
      case "" -> "";
      case "https", "wss" -> "https";
      case "http", "ws" -> "http";
      default -> throw refused("with a scheme that is neither http nor https");
    };
  }

  private static String agreed(String byForwarded, String other, String header)
      throws TokenRejectedException {
    if (!byForwarded.isEmpty() && !other.isEmpty() && !byForwarded.equalsIgnoreCase(other)) {
      throw differing(header);
    }
    return byForwarded.isEmpty() ? other : byForwarded;
  }

  private String saidByForwarded(String parameter) throws TokenRejectedException {
    return said(ListHeader.parameters(request, FORWARDED, parameter), trustedOf(forwarded));
  }

  /** Such a header does not say who wrote it: as many count as proxies have named a client. */
  private String saidBy(String header) throws TokenRejectedException {
    int count = trustedOf(forwardedFor.isEmpty() ? forwarded : forwardedFor);
    return said(ListHeader.elements(request, header), Math.max(1, count));
  }

  /** The first that says something, of so many on the right. */
  private static String said(List<String> elements, int count) {
    return elements.subList(Math.max(0, elements.size() - count), elements.size()).stream()
        .filter(element -> !element.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** How many on the right have a trusted sender. */
  private int trustedOf(List<String> nodes) {
    int count = 0;
    ClientAddress sender = peer;
    try {
      while (count < nodes.size() && trusted.test(sender)) {
        count++;
        sender = NodeAddress.parse(nodes.get(nodes.size() - count));
      }
    } catch (IllegalArgumentException notOne) {
      // Who has no address is not trusted.
    }
    return count;
  }

  private static TokenRejectedException differing(String header) {
    return refused("that differ: " + FORWARDED + " and " + header);
  }

  private static TokenRejectedException refused(String why) {
    return new TokenRejectedException(Rejection.BAD_REQUEST, CONTRADICTION + why);
  }
}
