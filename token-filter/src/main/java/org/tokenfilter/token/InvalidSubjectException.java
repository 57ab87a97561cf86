package org.tokenfilter.token;

import java.io.Serial;

/**
 * Thrown if a subject that has logged in cannot get a token, now or later, because its name, roles
 * or attributes do not fit into a record. The message names the offending part and its limit, and
 * contains no value of it.
 */
public final class InvalidSubjectException extends IllegalArgumentException {

  @Serial private static final long serialVersionUID = 1L;

  private final String subject;

  /**
   * Creates an exception.
   *
   * @param subject the name of the subject
   * @param why the failed check of the record
   */
  public InvalidSubjectException(String subject, IllegalArgumentException why) {
    super(why.getMessage(), why);
    this.subject = subject;
  }

  /** Returns the name of the subject, which may contain any characters. */
  public String subject() {
    return subject;
  }
}
