package org.tokenfilter.endpoint;

import java.util.Set;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The names of the parameters that an endpoint accepts.
 *
 * @param names the accepted names
 * @param othersIgnored true if other parameters are ignored; false if a request that has them is
 *     refused
 */
record AllowedParameters(Set<String> names, boolean othersIgnored) {

  /** Returns the given names; a request with other parameters is refused. */
  static AllowedParameters rejectingOthers(String... names) {
    return new AllowedParameters(Set.of(names), false);
  }

  /** Returns the given names; other parameters are ignored. */
  static AllowedParameters ignoringOthers(String... names) {
    return new AllowedParameters(Set.of(names), true);
  }

  /**
   * Returns true if a parameter is accepted, and false if it is ignored.
   *
   * @throws TokenRejectedException if the parameter is unknown and not ignored
   */
  boolean accepts(String name) throws TokenRejectedException {
    if (names.contains(name)) {
      return true;
    }
    if (othersIgnored) {
      return false;
    }
    throw new TokenRejectedException(Rejection.BAD_REQUEST, "a parameter is unknown");
  }
}
