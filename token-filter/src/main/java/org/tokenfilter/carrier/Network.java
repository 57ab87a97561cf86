package org.tokenfilter.carrier;

import org.tokenfilter.token.ClientAddress;

/**
 * A range of addresses in CIDR notation (RFC 4632), such as {@code 10.0.0.0/8} or {@code fd00::/8},
 * or a single address.
 */
@SuppressWarnings("ArrayRecordComponent") // never handed out, never changed, never compared
record Network(byte[] address, int bits) {

  /**
   * Parses an address or a range in CIDR notation.
   *
   * @throws IllegalArgumentException if the text is neither, or has bits set after the prefix
   *     length
   */
  static Network parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = address(text, slash < 0 ? text : text.substring(0, slash));
    int most = address.length * Byte.SIZE;
    int bits = slash < 0 ? most : length(text, text.substring(slash + 1), most);
    Network network = new Network(address, bits);
    for (int i = bits; i < most; i++) {
      if (bit(address, i)) {
        throw new IllegalArgumentException(
            "range must have no bits set after its prefix length: " + text);
      }
    }
    return network;
  }

  private static byte[] address(String range, String text) {
    try {
      return ClientAddress.parse(text).bytes();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an IP address or a CIDR range: " + range, e);
    }
  }

  private static int length(String range, String text, int most) {
    int bits = text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : -1;
    if (bits < 0 || bits > most) {
      throw new IllegalArgumentException("prefix length must be 0 to " + most + ": " + range);
    }
    return bits;
  }

  boolean contains(ClientAddress client) {
    byte[] other = client.bytes();
    if (other.length != address.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      if (bit(address, i) != bit(other, i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean bit(byte[] bytes, int index) {
    return (bytes[index / Byte.SIZE] & (0x80 >> (index % Byte.SIZE))) != 0;
  }
}
