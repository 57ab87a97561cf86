package org.tokenfilter.config;

import java.io.Serial;

/** An exception that holds back new content of a file, since it looks like a mistake. */
final class SuspiciousContentException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  SuspiciousContentException(String objection) {
    super(objection);
  }
}
