package org.tokenfilter.tools;

import java.util.List;

/**
 * What was found out about a token, in words that hold no secret.
 *
 * @param verdict what the library does with it
 * @param lines what it looked at, in its order, and last why
 */
record Explanation(Verdict verdict, List<String> lines) {

  /** What the library does with a token. */
  enum Verdict {
    /** It is accepted. */
    ACCEPTED(0),
    /** It is refused. */
    REFUSED(1),
    /** What decides was not given, or could not be asked. */
    UNDECIDED(2);

    private final int status;

    Verdict(int status) {
      this.status = status;
    }

    /** The exit status that says so. */
    int status() {
      return status;
    }
  }

  /** Copies the lines. */
  Explanation {
    lines = List.copyOf(lines);
  }
}
