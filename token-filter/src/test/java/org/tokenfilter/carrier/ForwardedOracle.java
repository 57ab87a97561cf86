package org.tokenfilter.carrier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.WrittenRequest;

/**
 * Who sent a request, by the rule alone, where 10.0.0.0/8 and fd00::/8 are trusted. What must be
 * refused is null.
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

  /** The client's address. */
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
    byte[] byForwarded = stranger(peer, forwarded);
    byte[] byForwardedFor = stranger(peer, forwardedFor);
    if (forwarded.isEmpty()) {
      return byForwardedFor;
    }
    return forwardedFor.isEmpty() || Arrays.equals(byForwarded, byForwardedFor)
        ? byForwarded
        : null;
  }

  /** The host that was asked for. */
  @Nullable String host() {
    byte[] peer = peer();
    if (peer == null) {
      return null;
    }
    String header = request.header("Host");
    String asked = header == null ? request.server() : header;
    if (!trusted(peer)) {
      return asked;
    }
    List<String> forwarded = parameters("host");
    List<String> forwardedHost = elements(request.headers("X-Forwarded-Host"), ',');
    if (forwarded == null || forwardedHost == null) {
      return null;
    }
    String one = forwarded.isEmpty() ? "" : forwarded.get(forwarded.size() - 1);
    String other = forwardedHost.isEmpty() ? "" : forwardedHost.get(forwardedHost.size() - 1);
    if (one.isEmpty() || other.isEmpty()) {
      return one.isEmpty() && other.isEmpty() ? asked : one + other;
    }
    return one.equalsIgnoreCase(other) ? one : null;
  }

  /** From the right, the first that is not trusted; if all are, the one on the left. */
  private static byte @Nullable [] stranger(byte[] peer, List<String> chain) {
    byte[] client = peer;
    List<String> left = new ArrayList<>(chain);
    while (client != null && trusted(client) && !left.isEmpty()) {
      client = node(left.remove(left.size() - 1));
    }
    return client;
  }

  /** The port is not looked at. */
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

  /** Splits lines outside of quotation marks. */
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
