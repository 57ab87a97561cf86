package org.tokenfilter.endpoint;

import java.time.Duration;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Reads a time to live in minutes: decimal ASCII digits, at most those of an int. A number has one
 * spelling, so that nothing but {@code 0} stands for a life without end.
 */
final class Minutes {

  private Minutes() {}

  /**
   * The duration of that many minutes.
   *
   * @throws TokenRejectedException if the text is anything else: signs, fractions, exponents, other
   *     digits, zeros in front, nothing, more than 2147483647
   */
  static Duration parse(String text) throws TokenRejectedException {
    if (text.matches("0|[1-9][0-9]*")) {
      try {
        return Duration.ofMinutes(Integer.parseInt(text));
      } catch (NumberFormatException overflow) {
        throw refused();
      }
    }
    throw refused();
  }

  private static TokenRejectedException refused() {
    return new TokenRejectedException(Rejection.BAD_REQUEST, "not a number of minutes");
  }
}
