package org.tokenfilter.carrier;

import org.tokenfilter.token.ClientAddress;

/**
 * A range of addresses in CIDR notation (RFC 4632): {@code 10.0.0.0/8}, {@code fd00::/8}, or one
 * address alone.
 */
@SuppressWarnings("ArrayRecordComponent") // never handed out, never changed, never compared
record Network(byte[] address, int bits) {

  /**
   * The range that this text writes.
   *
   * @throws IllegalArgumentException if it is none, or has bits set behind its length
   */
  static Network parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = address(text, slash < 0 ? text : text.substring(0, slash));
    int most = address.length * Byte.SIZE;
    int bits = slash < 0 ? most : length(text, text.substring(slash + 1), most);
    Network network = new Network(address, bits);
    for (int i = bits; i < most; i++) {
      if (bit(address, i)) {
        throw new IllegalArgumentException("bits are set behind the length of " + text);
      }
    }
    return network;
  }

  private static byte[] address(String range, String text) {
    try {
      return ClientAddress.parse(text).bytes();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an address or a range: " + range, e);
    }
  }

  private static int length(String range, String text, int most) {
    int bits = text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : -1;
    if (bits < 0 || bits > most) {
      throw new IllegalArgumentException("a length is 0 to " + most + " in " + range);
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
