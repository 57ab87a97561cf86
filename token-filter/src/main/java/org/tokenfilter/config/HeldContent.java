package org.tokenfilter.config;

import java.io.Serial;

/** An exception that holds back new content of a file, since it looks like a mistake. */
final class HeldContent extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  HeldContent(String objection) {
    super(objection);
  }
}
