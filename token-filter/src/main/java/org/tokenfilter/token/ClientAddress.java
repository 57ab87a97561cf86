package org.tokenfilter.token;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * The network address of a client, in one spelling: an IPv4-mapped IPv6 address is the IPv4
 * address, a zone id is dropped, IPv6 is written as the JDK writes it. Never looked up by name.
 */
public final class ClientAddress {

  /**
   * A peer that has no address, at a Unix domain socket; written {@code unix}, which is no text of
   * an address.
   */
  public static final ClientAddress UNIX = new ClientAddress("unix");

  private static final char EITHER_VERSION = '+';

  private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final String DOTTED = OCTET + "(?:\\." + OCTET + "){3}";

  /** Takes more than there is, but nothing that the JDK would take for a name. */
  private static final Pattern IPV6 =
      Pattern.compile("(?:[0-9a-fA-F]{0,4}:){2,8}(?:[0-9a-fA-F]{0,4}|" + DOTTED + ")");

  private static final int IPV4_OCTETS = 4;
  private static final int MAX_OCTET = 255;
  private static final int IPV4_PREFIX = 24;
  private static final int IPV6_PREFIX = 64;

  private final String text;

  /** The address with this text, which is its one spelling. */
  private ClientAddress(String text) {
    this.text = text;
  }

  /**
   * The address that this text writes: dotted IPv4, or IPv6 with or without brackets and zone id.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static ClientAddress parse(String text) {
    if (isDotted(text)) {
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
      throw new IllegalArgumentException("not a network address");
    }
    try {
      // A literal is never looked up; one with a colon that is no address is refused unasked.
      return new ClientAddress(InetAddress.getByName(literal).getHostAddress());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("not a network address", e);
    }
  }

  /**
   * Whether this is dotted IPv4, as most clients have and each request asks for: four numbers up to
   * 255 without leading zeros, which is its one spelling.
   */
  private static boolean isDotted(String text) {
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
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  /**
   * The network that it is in, with its length: {@code /24} of IPv4, {@code /64} of IPv6. A peer
   * without an address is in none but itself.
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
   * The 4 bytes of an IPv4 address, or the 16 of an IPv6 one, none without an address; a new array
   * for each call.
   */
  public byte[] bytes() {
    if (equals(UNIX)) {
      return new byte[0];
    }
    try {
      // A literal is never looked up.
      return InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("it was an address when it was made", e);
    }
  }

  /** The binding to its network that leaves the other version of IP free: see {@link #matches}. */
  public String prefixOfItsVersion() {
    return prefix() + EITHER_VERSION;
  }

  /**
   * Whether a record that is bound so may be used from here: to an address; to a prefix; or to a
   * prefix that holds for its own version of IP, any address of the other one being good.
   */
  public boolean matches(String binding) {
    int last = binding.length() - 1;
    if (last > 0 && binding.charAt(last) == EITHER_VERSION) {
      return isOfOtherVersion(binding) || prefixOfItsVersion().equals(binding);
    }
    return binding.equals(binding.indexOf('/') >= 0 ? prefix() : toString());
  }

  /** Whether a record that is bound so is bound to the other version of IP than this one's. */
  public boolean isOfOtherVersion(String binding) {
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

  /** The address, without brackets and without a port. */
  @Override
  public String toString() {
    return text;
  }
}
