package org.tokenfilter.token;

import java.io.Serial;

/**
 * Thrown if a request is rejected. Its {@link #detail()} is for the log: it contains more than the
 * sender may know, but no secret. It has no stack trace, because rejections are frequent.
 */
public final class TokenRejectedException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final Rejection rejection;
  private final String detail;
  private final boolean misuse;

  private static final String OTHER_IP_VERSION =
      "bound to an address of a different IP version than the client's";

  /**
   * Creates a rejection.
   *
   * @param rejection the reason that the sender may know
   * @param why the detail for the log
   */
  public TokenRejectedException(Rejection rejection, String why) {
    this(rejection, why, false);
  }

  private TokenRejectedException(Rejection rejection, String why, boolean misuse) {
    super(why, null, false, false);
    this.rejection = rejection;
    this.detail = why;
    this.misuse = misuse;
  }

  /**
   * Returns a rejection for an authentic token that, as far as can be determined, was presented by
   * another sender than its owner. The sender may only know that the token is {@link
   * Rejection#INVALID}.
   *
   * @param why the detail for the log
   */
  public static TokenRejectedException misuse(String why) {
    return new TokenRejectedException(Rejection.INVALID, why, true);
  }

  /**
   * Returns a rejection for a token whose client has changed from IPv4 to IPv6 or back. As far as
   * can be determined, the client has changed its network, so this is no sign of a theft.
   */
  public static TokenRejectedException ofOtherIpVersion() {
    return new TokenRejectedException(Rejection.INVALID, OTHER_IP_VERSION);
  }

  /**
   * Returns whether the client has changed between IPv4 and IPv6, as in {@link #ofOtherIpVersion}.
   */
  public boolean isOfOtherIpVersion() {
    return detail.equals(OTHER_IP_VERSION);
  }

  /** Returns the reason that the sender may know. */
  public Rejection rejection() {
    return rejection;
  }

  /** Returns whether the token may be stolen or forged, so that an operator should investigate. */
  public boolean isMisuse() {
    return misuse;
  }

  /**
   * Returns the detail for the log. If the rejection is {@link Rejection#BAD_REQUEST}, some
   * endpoints also send it to the client. It then repeats nothing of the request and contains no
   * internals.
   */
  public String detail() {
    return detail;
  }
}
