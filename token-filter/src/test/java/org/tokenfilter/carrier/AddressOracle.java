package org.tokenfilter.carrier;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A reference parser of addresses by the letter of RFC 4291, 2.2: without the JDK, and slow. */
final class AddressOracle {

  private static final int IPV4 = 4;
  private static final int GROUPS = 8;
  private static final int MAPPED_PREFIX = 12;

  private AddressOracle() {}

  /** Returns the 4 or 16 bytes of an address; null if the text is not an address. */
  static byte @Nullable [] address(String text) {
    byte[] ipv4 = ipv4(text);
    if (ipv4 != null) {
      return ipv4;
    }
    boolean brackets = text.length() > 1 && text.startsWith("[") && text.endsWith("]");
    String bare = brackets ? text.substring(1, text.length() - 1) : text;
    int zone = bare.indexOf('%');
    byte[] ipv6 = ipv6(zone > 0 ? bare.substring(0, zone) : bare);
    return ipv6 == null || !isMapped(ipv6) ? ipv6 : Arrays.copyOfRange(ipv6, MAPPED_PREFIX, 16);
  }

  private static boolean isMapped(byte[] ipv6) {
    byte[] prefix = new byte[MAPPED_PREFIX];
    prefix[10] = -1;
    prefix[11] = -1;
    return Arrays.equals(prefix, Arrays.copyOf(ipv6, MAPPED_PREFIX));
  }

  private static byte @Nullable [] ipv4(String text) {
    String[] octets = text.split("\\.", -1);
    byte[] bytes = new byte[IPV4];
    if (octets.length != IPV4) {
      return null;
    }
    for (int i = 0; i < IPV4; i++) {
      if (!octets[i].matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(octets[i]) > 255) {
        return null;
      }
      bytes[i] = (byte) Integer.parseInt(octets[i]);
    }
    return bytes;
  }

  private static byte @Nullable [] ipv6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      List<Integer> all = groups(text);
      return all == null || all.size() != GROUPS ? null : bytes(all);
    }
    List<Integer> before = groups(text.substring(0, gap));
    List<Integer> after = groups(text.substring(gap + 2));
    if (before == null
        || after == null
        || before.size() + after.size() >= GROUPS
        || text.substring(0, gap).contains(".")) {
      return null;
    }
    List<Integer> all = new ArrayList<>(before);
    while (all.size() + after.size() < GROUPS) {
      all.add(0);
    }
    all.addAll(after);
    return bytes(all);
  }

  /** Returns the groups of 16 bits, of which the last two may be IPv4; null if they are invalid. */
  private static @Nullable List<Integer> groups(String text) {
    List<Integer> groups = new ArrayList<>();
    if (text.isEmpty()) {
      return groups;
    }
    String[] parts = text.split(":", -1);
    for (int i = 0; i < parts.length; i++) {
      byte[] ipv4 = i == parts.length - 1 ? ipv4(parts[i]) : null;
      if (ipv4 != null) {
        groups.add(((ipv4[0] & 0xff) << 8) | (ipv4[1] & 0xff));
        groups.add(((ipv4[2] & 0xff) << 8) | (ipv4[3] & 0xff));
      } else if (parts[i].matches("[0-9a-fA-F]{1,4}")) {
        groups.add(Integer.parseInt(parts[i], 16));
      } else {
        return null;
      }
    }
    return groups;
  }

  private static byte[] bytes(List<Integer> groups) {
    byte[] bytes = new byte[2 * GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      bytes[2 * i] = (byte) (groups.get(i) >> 8);
      bytes[2 * i + 1] = (byte) (int) groups.get(i);
    }
    return bytes;
  }

  /** Returns the leading bits of an address; callers compare addresses of one family. */
  static BigInteger prefix(byte[] address, int bits) {
    return new BigInteger(1, address).shiftRight(address.length * Byte.SIZE - bits);
  }
}
