package org.tokenfilter.attack;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.tokenfilter.RawHttp.Answer;

/**
 * A case of the attack catalogue.
 *
 * @param name its id and a short description
 * @param allowed the allowed answers: that of the library, and possibly that of the container
 * @param attack the request
 */
record Row(String name, Set<Verdict> allowed, Attack attack) {

  /** Sends one request. */
  @FunctionalInterface
  interface Attack {
    Answer on(AttackedApp app) throws IOException;
  }

  static Row of(String name, Verdict verdict, Attack attack) {
    return new Row(name, EnumSet.of(verdict), attack);
  }

  static Row of(String name, Verdict verdict, Verdict or, Attack attack) {
    return new Row(name, EnumSet.of(verdict, or), attack);
  }
}
