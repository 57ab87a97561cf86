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

  /** A refusal, with its reason for the log. */
  public TokenRejectedException(Rejection rejection, String why) {
    super(why, null, false, false);
    this.rejection = rejection;
    this.why = why;
  }

  /** What the sender may know. */
  public Rejection rejection() {
    return rejection;
  }

  /** What the log may say. */
  public String why() {
    return why;
  }
}
