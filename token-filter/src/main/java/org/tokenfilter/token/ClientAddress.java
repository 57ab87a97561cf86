package org.tokenfilter.token;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The network address of a client, in one spelling: an IPv4-mapped IPv6 address is the IPv4
 * address, a zone id is dropped, IPv6 is written as the JDK writes it. Never looked up by name.
 */
public final class ClientAddress {

  private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final String DOTTED = OCTET + "(?:\\." + OCTET + "){3}";

  /** Takes more than there is, but nothing that the JDK would take for a name. */
  private static final Pattern IPV6 =
      Pattern.compile("(?:[0-9a-fA-F]{0,4}:){2,8}(?:[0-9a-fA-F]{0,4}|" + DOTTED + ")");

  private static final int IPV4_PREFIX = 24;
  private static final int IPV6_PREFIX = 64;

  private final InetAddress address;
  private final String text;

  private ClientAddress(InetAddress address) {
    this.address = address;
    this.text = address.getHostAddress();
  }

  /**
   * The address that this text writes: dotted IPv4, or IPv6 with or without brackets and zone id.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static ClientAddress parse(String text) {
    byte[] ipv4 = dotted(text);
    if (ipv4 != null) {
      return of(ipv4);
    }
    String literal = text;
    if (literal.startsWith("[") && literal.endsWith("]")) {
      literal = literal.substring(1, literal.length() - 1);
    }
    int zone = literal.indexOf('%');
    if (zone > 0) {
      literal = literal.substring(0, zone);
    }
    if (!IPV6.matcher(literal).matches()) {
      throw new IllegalArgumentException("not a network address");
    }
    try {
      // A literal is never looked up; one with a colon that is no address is refused unasked.
      return new ClientAddress(InetAddress.getByName(literal));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("not a network address", e);
    }
  }

  /**
   * The four bytes of dotted IPv4, which most clients have and each request asks for; null if the
   * text is something else.
   */
  private static byte @Nullable [] dotted(String text) {
    byte[] bytes = new byte[4];
    int octet = 0;
    int digits = 0;
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9' && (digits == 0 || value > 0)) {
        value = value * 10 + (c - '0');
        digits++;
      } else if (c == '.' && digits > 0 && octet < bytes.length - 1) {
        bytes[octet++] = (byte) value;
        digits = 0;
        value = 0;
      } else {
        return null;
      }
      if (value > 255) {
        return null;
      }
    }
    bytes[octet] = (byte) value;
    return octet == bytes.length - 1 && digits > 0 ? bytes : null;
  }

  private static ClientAddress of(byte[] bytes) {
    try {
      return new ClientAddress(InetAddress.getByAddress(bytes));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  /** The network that it is in, with its length: {@code /24} of IPv4, {@code /64} of IPv6. */
  public String prefix() {
    byte[] bytes = address.getAddress();
    int bits = bytes.length == 4 ? IPV4_PREFIX : IPV6_PREFIX;
    Arrays.fill(bytes, bits / 8, bytes.length, (byte) 0);
    return of(bytes) + "/" + bits;
  }

  /** The 4 bytes of an IPv4 address, or the 16 of an IPv6 one; a new array for each call. */
  public byte[] bytes() {
    return address.getAddress();
  }

  /** Whether a record that is bound so may be used from here: to an address, or to a prefix. */
  public boolean matches(String binding) {
    return binding.equals(binding.indexOf('/') >= 0 ? prefix() : toString());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClientAddress client && address.equals(client.address);
  }

  @Override
  public int hashCode() {
    return address.hashCode();
  }

  /** The address, without brackets and without a port. */
  @Override
  public String toString() {
    return text;
  }
}
