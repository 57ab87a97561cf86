package org.tokenfilter.token;

import java.io.Serial;

/**
 * A request is refused. Its {@link #why()} is for the log: it says more than the sender may know,
 * but holds no secret. It has no stack trace: refusals come by the thousand.
 */
public final class TokenRejectedException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final Rejection rejection;
  private final String why;
  private final boolean misuse;

  private static final String OTHER_VERSION =
      "bound to an address of the other version of IP than its client's";

  /** A refusal, with its reason for the log. */
  public TokenRejectedException(Rejection rejection, String why) {
    this(rejection, why, false);
  }

  private TokenRejectedException(Rejection rejection, String why, boolean misuse) {
    super(why, null, false, false);
    this.rejection = rejection;
    this.why = why;
    this.misuse = misuse;
  }

  /**
   * The refusal of an authentic token that is not its sender's, as far as one can tell. The sender
   * may know no more than that it is {@link Rejection#INVALID}.
   */
  public static TokenRejectedException misuse(String why) {
    return new TokenRejectedException(Rejection.INVALID, why, true);
  }

  /**
   * The refusal of a token whose client has come by IPv4 and is now come by IPv6, or the other way
   * round: as far as one can tell it has changed its network, and so is no sign of a theft.
   */
  public static TokenRejectedException ofOtherVersion() {
    return new TokenRejectedException(Rejection.INVALID, OTHER_VERSION);
  }

  /** Whether it is such a refusal. */
  public boolean isOfOtherVersion() {
    return why.equals(OTHER_VERSION);
  }

  /** What the sender may know. */
  public Rejection rejection() {
    return rejection;
  }

  /** Whether the token may be stolen or forged, so that somebody should look at it. */
  public boolean isMisuse() {
    return misuse;
  }

  /**
   * What the log may say. Where the rejection is {@link Rejection#BAD_REQUEST} some endpoints tell
   * the sender too, so it then repeats nothing of the request and says nothing of the inside.
   */
  public String why() {
    return why;
  }
}
