package org.tokenfilter.carrier;

import org.tokenfilter.token.ClientAddress;

/** An address as proxies write it, with or without a port (RFC 7239, 6). */
final class NodeAddress {

  private NodeAddress() {}

  /**
   * The address of such a text: {@code 1.2.3.4:80}, {@code [::1]:80}, {@code ::1}.
   *
   * @throws IllegalArgumentException if it has none
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
