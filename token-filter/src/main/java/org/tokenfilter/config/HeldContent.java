package org.tokenfilter.config;

import java.io.Serial;

/** New content of a file looks like a mistake, and is not taken for now. */
final class HeldContent extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  HeldContent(String objection) {
    super(objection);
  }
}
