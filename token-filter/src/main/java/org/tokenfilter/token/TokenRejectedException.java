package org.tokenfilter.token;

import java.io.Serial;

/**
 * Thrown if a request is rejected. Its {@link #detail()} is for the log: it contains more than the
 * sender may know, but no secret. It has no stack trace, because rejections are frequent.
 */
public final class TokenRejectedException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final Rejection rejection;
  private final RefusalCause refusalCause;
  private final String detail;

  /**
   * Creates a rejection.
   *
   * @param cause the cause, which has the reason that the sender may know and the detail
   */
  public TokenRejectedException(RefusalCause cause) {
    this(cause.rejection(), cause, cause.detail());
  }

  /**
   * Creates a rejection.
   *
   * @param cause the cause, which has the reason that the sender may know
   * @param why the detail for the log
   */
  public TokenRejectedException(RefusalCause cause, String why) {
    this(cause.rejection(), cause, why);
  }

  /**
   * Creates a rejection for {@link RefusalCause#OTHER another cause}.
   *
   * @param rejection the reason that the sender may know
   * @param why the detail for the log
   */
  public TokenRejectedException(Rejection rejection, String why) {
    this(rejection, RefusalCause.OTHER, why);
  }

  private TokenRejectedException(Rejection rejection, RefusalCause cause, String why) {
    super(why, null, false, false);
    this.rejection = rejection;
    this.refusalCause = cause;
    this.detail = why;
  }

  /** Returns the reason that the sender may know. */
  public Rejection rejection() {
    return rejection;
  }

  /** Returns the cause, for operators and tools. */
  public RefusalCause refusalCause() {
    return refusalCause;
  }

  /**
   * Returns whether the token is authentic, but was presented by another sender than its owner as
   * far as can be determined, so that an operator should investigate. The sender may only know that
   * the token is {@link Rejection#INVALID}.
   */
  public boolean isMisuse() {
    return refusalCause.isMisuse();
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
