package org.tokenfilter.carrier;

import org.tokenfilter.token.ClientAddress;

/**
 * A parser for the addresses that proxies write into forwarded headers, with or without a port (RFC
 * 7239, 6).
 */
final class NodeAddress {

  private NodeAddress() {}

  /**
   * Parses a node such as {@code 1.2.3.4:80}, {@code [::1]:80} or {@code ::1}, and ignores its
   * port.
   *
   * @throws IllegalArgumentException if the text has no address
   */
  static ClientAddress parse(String node) {
    int colon = node.indexOf(':');
    String host = node;
    if (node.startsWith("[")) {
      host = node.substring(0, node.indexOf(']') + 1);
    } else if (colon >= 0 && colon == node.lastIndexOf(':')) {
      host = node.substring(0, colon);
    }
    return ClientAddress.parse(host);
  }
}
