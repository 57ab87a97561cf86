package org.tokenfilter.carrier;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.WrittenRequest;

/**
 * A reference implementation of forwarded headers that trusts 10.0.0.0/8 and fd00::/8. A request
 * that must be refused has the result null.
 */
final class ForwardedOracle {

  static final List<String> TRUSTED = List.of("10.0.0.0/8", "fd00::/8");

  /** No byte of a request is this character. */
  private static final char MARK = '\uE000';

  private final WrittenRequest request;

  ForwardedOracle(WrittenRequest request) {
    this.request = request;
  }

  private byte @Nullable [] peer() {
    String peer = request.header(":peer");
    return peer == null ? null : AddressOracle.address(peer);
  }

  /** Returns the client's address. */
  byte @Nullable [] client() {
    byte[] peer = peer();
    if (peer == null || !trusted(peer)) {
      return peer;
    }
    List<String> forwarded = parameters("for");
    List<String> forwardedFor = elements(request.headers("X-Forwarded-For"), ',');
    if (forwarded == null || forwardedFor == null) {
      return null;
    }
    byte[] byForwarded = firstUntrusted(peer, forwarded);
    byte[] byForwardedFor = firstUntrusted(peer, forwardedFor);
    if (forwarded.isEmpty()) {
      return byForwardedFor;
    }
    return forwardedFor.isEmpty() || Arrays.equals(byForwarded, byForwardedFor)
        ? byForwarded
        : null;
  }

  /** Returns the target server as an origin: http unless the connection or a header says TLS. */
  @Nullable String server() {
    byte[] peer = peer();
    if (peer == null) {
      return null;
    }
    String header = request.header("Host");
    boolean tls = request.header(":secure") != null;
    String server = tls ? request.server().replaceAll(":443$", "") : request.server();
    String asked = header == null ? server : header;
    if (!trusted(peer)) {
      return (tls ? "https://" : "http://") + asked.toLowerCase(Locale.ROOT);
    }
    List<String> nodes = parameters("for");
    List<String> plainNodes = elements(request.headers("X-Forwarded-For"), ',');
    if (nodes == null || plainNodes == null) {
      return null;
    }
    int elements = trustedElements(peer, nodes);
    int lines = Math.max(1, plainNodes.isEmpty() ? elements : trustedElements(peer, plainNodes));
    String scheme =
        agreedValue(
            scheme(nearestClient(parameters("proto"), elements)),
            scheme(nearestClient(elements(request.headers("X-Forwarded-Proto"), ','), lines)));
    String host =
        agreedValue(
            nearestClient(parameters("host"), elements),
            nearestClient(elements(request.headers("X-Forwarded-Host"), ','), lines));
    String port = nearestClient(elements(request.headers("X-Forwarded-Port"), ','), lines);
    if (scheme == null || host == null || port == null || !isPort(port)) {
      return null;
    }
    tls |= scheme.equals("https");
    String authority = host.isEmpty() ? asked : host;
    boolean bare = authority.replaceAll(".*]", "").indexOf(':') < 0;
    int number = port.isEmpty() ? 80 : new BigInteger(port).intValue();
    // A proxy that terminates TLS may connect to the next one by port 80.
    boolean usual = number == 80 || (tls && number == 443);
    return ((tls ? "https://" : "http://")
            + authority
            + (bare && !usual ? ":" + new BigInteger(port) : ""))
        .toLowerCase(Locale.ROOT);
  }

  private static boolean isPort(String port) {
    return port.isEmpty()
        || (port.matches("[0-9]{1,5}")
            && new BigInteger(port).bitLength() <= 16
            && new BigInteger(port).signum() > 0);
  }

  private static @Nullable String scheme(@Nullable String said) {
    String lower = said == null ? "?" : said.toLowerCase(Locale.ROOT);
    if (lower.isEmpty()) {
      return lower;
    }
    return Map.of("http", "http", "ws", "http", "https", "https", "wss", "https").get(lower);
  }

  /** Returns the value on which both agree; null if they differ or one of them is unknown. */
  private static @Nullable String agreedValue(@Nullable String some, @Nullable String other) {
    if (some == null || other == null) {
      return null;
    }
    return some.isEmpty() || some.equalsIgnoreCase(other)
        ? some.isEmpty() ? other : some
        : other.isEmpty() ? some : null;
  }

  /** Counts the last elements from trusted senders; a sender without an address is not trusted. */
  private static int trustedElements(byte[] peer, List<String> nodes) {
    byte[] sender = peer;
    int believed = 0;
    List<String> left = new ArrayList<>(nodes);
    while (sender != null && trusted(sender) && !left.isEmpty()) {
      sender = node(left.remove(left.size() - 1));
      believed++;
    }
    return believed;
  }

  /** Returns the first non-empty value among the given number of last ones. */
  private static @Nullable String nearestClient(@Nullable List<String> all, int last) {
    if (all == null) {
      return null;
    }
    String nearest = "";
    for (int i = all.size(); i > 0 && i > all.size() - last; i--) {
      nearest = all.get(i - 1).isEmpty() ? nearest : all.get(i - 1);
    }
    return nearest;
  }

  /** Returns the rightmost address that is not trusted; the leftmost one if all are trusted. */
  private static byte @Nullable [] firstUntrusted(byte[] peer, List<String> chain) {
    byte[] client = peer;
    List<String> left = new ArrayList<>(chain);
    while (client != null && trusted(client) && !left.isEmpty()) {
      client = node(left.remove(left.size() - 1));
    }
    return client;
  }

  /** Reads the address of a node and ignores its port. */
  private static byte @Nullable [] node(String node) {
    if (node.startsWith("[")) {
      return node.contains("]") ? AddressOracle.address(node.split("]", 2)[0] + "]") : null;
    }
    String[] parts = node.split(":", -1);
    return AddressOracle.address(parts.length == 2 ? parts[0] : node);
  }

  private static boolean trusted(byte[] address) {
    return address.length == 4 ? address[0] == 10 : address[0] == (byte) 0xfd;
  }

  private @Nullable List<String> parameters(String name) {
    List<String> elements = elements(request.headers("Forwarded"), ',');
    if (elements == null) {
      return null;
    }
    List<String> values = new ArrayList<>();
    for (String element : elements) {
      List<String> found = new ArrayList<>();
      List<String> pairs = elements(List.of(element), ';');
      for (String pair : pairs == null ? List.<String>of() : pairs) {
        String[] parts = pair.split("=", 2);
        if (parts.length == 2 && parts[0].toLowerCase(Locale.ROOT).equals(name)) {
          boolean quoted = parts[1].matches("(?s)\".*\"");
          found.add(quoted ? parts[1].substring(1, parts[1].length() - 1) : parts[1]);
        }
      }
      values.add(found.size() == 1 ? found.get(0) : "");
    }
    return values;
  }

  /** Splits lines at separators outside quotation marks. */
  private static @Nullable List<String> elements(List<String> lines, char separator) {
    List<String> elements = new ArrayList<>();
    for (String line : lines) {
      String[] pieces = line.split("\"", -1);
      if (pieces.length % 2 == 0 || line.contains("\\")) {
        return null;
      }
      for (int i = 0; i < pieces.length; i += 2) {
        pieces[i] = pieces[i].replace(separator, MARK);
      }
      for (String element : String.join("\"", pieces).split(String.valueOf(MARK), -1)) {
        if (!element.isBlank()) {
          elements.add(element.strip());
        }
      }
    }
    return elements;
  }
}
