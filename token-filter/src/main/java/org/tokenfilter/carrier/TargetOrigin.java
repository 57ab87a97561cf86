package org.tokenfilter.carrier;

import java.util.Locale;

/**
 * The origin to which a client sent its request (RFC 6454), in front of all trusted proxies.
 * Immutable.
 *
 * @param secure whether the client is known to use TLS; if false, a proxy that does not report the
 *     scheme may still have terminated TLS
 * @param authority the host, in lower case, with its port unless that is the scheme's default or is
 *     not known
 */
public record TargetOrigin(boolean secure, String authority) {

  /** Converts the authority to lower case. */
  public TargetOrigin {
    authority = authority.toLowerCase(Locale.ROOT);
  }

  /**
   * Returns whether a page of the given origin (RFC 6454) was served by this server. If the client
   * uses TLS, the page must have come over TLS as well. Otherwise both are compared by the scheme
   * of the given origin. A host without a port has the scheme's default port.
   */
  boolean matches(String origin) {
    String lower = origin.toLowerCase(Locale.ROOT);
    for (Scheme scheme : Scheme.values()) {
      if (lower.startsWith(scheme.prefix) && (scheme == Scheme.HTTPS || !secure)) {
        return scheme
            .withPort(lower.substring(scheme.prefix.length()))
            .equals(scheme.withPort(authority));
      }
    }
    return false;
  }

  /**
   * Returns whether the given origin has the same host as this server and is another origin only
   * because of its port, or of the default port of its scheme.
   */
  boolean differsOnlyInPort(String origin) {
    String lower = origin.toLowerCase(Locale.ROOT);
    for (Scheme scheme : Scheme.values()) {
      if (lower.startsWith(scheme.prefix)) {
        return withoutPort(lower.substring(scheme.prefix.length())).equals(withoutPort(authority))
            && !matches(origin);
      }
    }
    return false;
  }

  private static String withoutPort(String authority) {
    return hasPort(authority) ? authority.substring(0, authority.lastIndexOf(':')) : authority;
  }

  /**
   * Returns whether an authority includes a port. The colons of an IPv6 address are in brackets.
   */
  static boolean hasPort(String authority) {
    return authority.lastIndexOf(':') > authority.lastIndexOf(']');
  }

  /** Returns the origin in the form {@code scheme://host[:port]}, as far as it is known. */
  @Override
  public String toString() {
    return (secure ? Scheme.HTTPS : Scheme.HTTP).prefix + authority;
  }

  private enum Scheme {
    HTTP("http://", ":80"),
    HTTPS("https://", ":443");

    private final String prefix;
    private final String port;

    Scheme(String start, String port) {
      this.prefix = start;
      this.port = port;
    }

    private String withPort(String authority) {
      return hasPort(authority) ? authority : authority + port;
    }
  }
}
