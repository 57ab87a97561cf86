package org.tokenfilter.endpoint;

import java.util.Set;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The fields that an endpoint knows.
 *
 * @param known their names
 * @param othersIgnored whether a client may send other fields, which are then dropped; where it may
 *     not, they are refused
 */
record FieldNames(Set<String> known, boolean othersIgnored) {

  /** Fields beside which others are refused. */
  static FieldNames only(String... names) {
    return new FieldNames(Set.of(names), false);
  }

  /** Fields beside which others are dropped. */
  static FieldNames among(String... names) {
    return new FieldNames(Set.of(names), true);
  }

  /**
   * Whether this field is to be kept.
   *
   * @throws TokenRejectedException if it is to be refused
   */
  boolean keeps(String name) throws TokenRejectedException {
    if (known.contains(name)) {
      return true;
    }
    if (othersIgnored) {
      return false;
    }
    throw new TokenRejectedException(Rejection.BAD_REQUEST, "a field that is not known here");
  }
}
