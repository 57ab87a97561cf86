package org.tokenfilter.endpoint;

import java.time.Duration;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A parser of a time to live in minutes, written in decimal ASCII digits and at most the maximum of
 * an int. A number has one canonical form, so that only {@code 0} means an unlimited lifetime.
 */
final class MinutesParser {

  private MinutesParser() {}

  /**
   * Returns the duration of that many minutes.
   *
   * @throws TokenRejectedException if the text has a sign, a fraction, an exponent, other digits or
   *     leading zeros, is empty, or exceeds 2147483647
   */
  static Duration parse(String text) throws TokenRejectedException {
    if (text.matches("0|[1-9][0-9]*")) {
      try {
        return Duration.ofMinutes(Integer.parseInt(text));
      } catch (NumberFormatException overflow) {
        throw malformed();
      }
    }
    throw malformed();
  }

  private static TokenRejectedException malformed() {
    return new TokenRejectedException(Rejection.BAD_REQUEST, "not a number of minutes");
  }
}
