package org.tokenfilter.carrier;

import java.util.Locale;

/**
 * The server that a client has asked, as its browser sees it: in front of all proxies that are
 * trusted. Immutable.
 *
 * @param secure whether the client asked over TLS; where it did not say so, a proxy that tells
 *     nothing of it may have ended TLS
 * @param authority the host, with its port unless that is the scheme's own, or is not known
 */
public record AskedServer(boolean secure, String authority) {

  /** A server is compared in lower case. */
  public AskedServer {
    authority = authority.toLowerCase(Locale.ROOT);
  }

  /**
   * Whether a page of this origin (RFC 6454) was served by this server. Where the client asked over
   * TLS, so was the page; else both have the origin's scheme. A host without port has the scheme's.
   */
  boolean isOf(String origin) {
    String lower = origin.toLowerCase(Locale.ROOT);
    for (Scheme scheme : Scheme.values()) {
      if (lower.startsWith(scheme.start) && (scheme == Scheme.HTTPS || !secure)) {
        return scheme
            .withPort(lower.substring(scheme.start.length()))
            .equals(scheme.withPort(authority));
      }
    }
    return false;
  }

  /** Whether an origin is of another server, and is so by its port, or its scheme's, alone. */
  boolean isOfAnotherPortThan(String origin) {
    String lower = origin.toLowerCase(Locale.ROOT);
    for (Scheme scheme : Scheme.values()) {
      if (lower.startsWith(scheme.start)) {
        return withoutPort(lower.substring(scheme.start.length())).equals(withoutPort(authority))
            && !isOf(origin);
      }
    }
    return false;
  }

  private static String withoutPort(String authority) {
    return hasPort(authority) ? authority.substring(0, authority.lastIndexOf(':')) : authority;
  }

  /** Whether a host has its port behind it; the colons of IPv6 stand in brackets. */
  static boolean hasPort(String authority) {
    return authority.lastIndexOf(':') > authority.lastIndexOf(']');
  }

  /** As an origin is written, as far as it is known. */
  @Override
  public String toString() {
    return (secure ? Scheme.HTTPS : Scheme.HTTP).start + authority;
  }

  private enum Scheme {
    HTTP("http://", ":80"),
    HTTPS("https://", ":443");

    private final String start;
    private final String port;

    Scheme(String start, String port) {
      this.start = start;
      this.port = port;
    }

    private String withPort(String authority) {
      return hasPort(authority) ? authority : authority + port;
    }
  }
}
