package org.tokenfilter.token;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * The network address of a client in canonical form. An IPv4-mapped IPv6 address becomes an IPv4
 * address, a zone id is dropped, and IPv6 is written as the JDK writes it. Names are never looked
 * up. Immutable.
 */
public final class ClientAddress {

  /**
   * The address of a peer at a Unix domain socket, which has none. Its text is {@code unix}, which
   * {@link #parse} rejects.
   */
  public static final ClientAddress UNIX = new ClientAddress("unix");

  private static final char DUAL_STACK_MARK = '+';

  private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final String DOTTED = OCTET + "(?:\\." + OCTET + "){3}";

  /** Matches more than valid addresses, but nothing that the JDK would treat as a host name. */
  private static final Pattern IPV6 =
      Pattern.compile("(?:[0-9a-fA-F]{0,4}:){2,8}(?:[0-9a-fA-F]{0,4}|" + DOTTED + ")");

  private static final int IPV4_OCTETS = 4;
  private static final int MAX_OCTET = 255;
  private static final int IPV4_PREFIX = 24;
  private static final int IPV6_PREFIX = 64;

  private final String text;

  /** Creates an address from its canonical text. */
  private ClientAddress(String text) {
    this.text = text;
  }

  /**
   * Parses dotted IPv4, or IPv6 with or without brackets and zone id.
   *
   * @throws IllegalArgumentException if the text is neither; the message does not contain it
   */
  public static ClientAddress parse(String text) {
    if (isDottedIpv4(text)) {
      return new ClientAddress(text);
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
      throw new IllegalArgumentException("text must be an IPv4 or IPv6 address");
    }
    try {
      // A literal is never looked up; the JDK rejects an invalid one with a colon without a lookup.
      return new ClientAddress(InetAddress.getByName(literal).getHostAddress());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("text must be an IPv4 or IPv6 address", e);
    }
  }

  /**
   * Returns whether the text is dotted IPv4: four numbers up to 255 without leading zeros, which is
   * also the canonical form. Most clients have such an address, and each request needs this check.
   */
  private static boolean isDottedIpv4(String text) {
    int dots = 0;
    int digits = 0;
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9' && (digits == 0 || value > 0)) {
        value = value * 10 + (c - '0');
        digits++;
      } else if (c == '.' && digits > 0) {
        dots++;
        digits = 0;
        value = 0;
      } else {
        return false;
      }
      if (value > MAX_OCTET) {
        return false;
      }
    }
    return dots == IPV4_OCTETS - 1 && digits > 0;
  }

  private static String textOf(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("address must have 4 or 16 bytes", e);
    }
  }

  /**
   * Returns the network of this address with its prefix length: {@code /24} for IPv4, {@code /64}
   * for IPv6. A peer without an address forms a separate network.
   */
  public String prefix() {
    byte[] bytes = bytes();
    if (bytes.length == 0) {
      return text;
    }
    int bits = bytes.length == IPV4_OCTETS ? IPV4_PREFIX : IPV6_PREFIX;
    Arrays.fill(bytes, bits / 8, bytes.length, (byte) 0);
    return textOf(bytes) + "/" + bits;
  }

  /**
   * Returns the 4 bytes of an IPv4 address or the 16 bytes of an IPv6 address, or an empty array
   * for {@link #UNIX}. Each call returns a new array.
   */
  public byte[] bytes() {
    if (equals(UNIX)) {
      return new byte[0];
    }
    try {
      // A literal is never looked up.
      return InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("canonical text must be an address", e);
    }
  }

  /**
   * Returns a binding to the network of this address that allows any address of the other IP
   * version. See {@link #matches}.
   */
  public String dualStackPrefix() {
    return prefix() + DUAL_STACK_MARK;
  }

  /**
   * Returns whether a client at this address may use a record with the given binding. A binding is
   * an address, a prefix, or a prefix that restricts only its own IP version and allows any address
   * of the other one.
   */
  public boolean matches(String binding) {
    int last = binding.length() - 1;
    if (last > 0 && binding.charAt(last) == DUAL_STACK_MARK) {
      return hasOtherIpVersionThan(binding) || dualStackPrefix().equals(binding);
    }
    return binding.equals(binding.indexOf('/') >= 0 ? prefix() : toString());
  }

  /** Returns whether the given binding is to the other IP version than this address has. */
  public boolean hasOtherIpVersionThan(String binding) {
    return !equals(UNIX) && !binding.startsWith(UNIX.text) && isV6(text) != isV6(binding);
  }

  private static boolean isV6(String text) {
    return text.indexOf(':') >= 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClientAddress client && text.equals(client.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Returns the canonical text, without brackets and without a port. */
  @Override
  public String toString() {
    return text;
  }
}
