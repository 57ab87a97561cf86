package org.tokenfilter.attack;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.tokenfilter.testsupport.RawHttp.Answer;

/**
 * A case of the attack catalogue.
 *
 * @param name its id and a short description
 * @param allowed the allowed answers: that of the library, and possibly that of the container
 * @param attack the request
 */
record AttackCase(String name, Set<ExpectedAnswer> allowed, Attack attack) {

  /** Sends one request. */
  @FunctionalInterface
  interface Attack {
    Answer on(AttackedApp app) throws IOException;
  }

  static AttackCase of(String name, ExpectedAnswer verdict, Attack attack) {
    return new AttackCase(name, EnumSet.of(verdict), attack);
  }

  static AttackCase of(String name, ExpectedAnswer verdict, ExpectedAnswer or, Attack attack) {
    return new AttackCase(name, EnumSet.of(verdict, or), attack);
  }
}
