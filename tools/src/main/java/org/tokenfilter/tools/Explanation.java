package org.tokenfilter.tools;

import java.util.List;

/**
 * The explanation of a token, in words that contain no secret.
 *
 * @param verdict the outcome
 * @param lines the checks in the order of the library, then the reason
 */
record Explanation(Verdict verdict, List<String> lines) {

  /** The outcome of the checks. */
  enum Verdict {
    /** The token is accepted. */
    ACCEPTED(0),
    /** The token is refused. */
    REFUSED(1),
    /** Information that decides was not given, or could not be read. */
    UNDECIDED(2);

    private final int exitStatus;

    Verdict(int status) {
      this.exitStatus = status;
    }

    /** Returns the exit status of the command. */
    int exitStatus() {
      return exitStatus;
    }
  }

  /** Copies the lines. */
  Explanation {
    lines = List.copyOf(lines);
  }
}
