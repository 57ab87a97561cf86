package org.tokenfilter.token;

import java.io.Serial;

/**
 * Who has logged in cannot be given a token, now or later: the name, the roles or the attributes do
 * not fit into a record. Its message says which, and what the limit is, and holds no value of them.
 */
public final class UnfitSubjectException extends IllegalArgumentException {

  @Serial private static final long serialVersionUID = 1L;

  private final String subject;

  /**
   * A subject that does not fit.
   *
   * @param subject the name
   * @param why from the record
   */
  public UnfitSubjectException(String subject, IllegalArgumentException why) {
    super(why.getMessage(), why);
    this.subject = subject;
  }

  /** The name of the subject, which may be anything. */
  public String subject() {
    return subject;
  }
}
