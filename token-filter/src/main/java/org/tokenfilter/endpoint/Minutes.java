package org.tokenfilter.endpoint;

import java.time.Duration;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Reads a time to live in minutes: decimal ASCII digits, at most those of an int. */
final class Minutes {

  private Minutes() {}

  /**
   * The duration of that many minutes.
   *
   * @throws TokenRejectedException if the text is anything else: signs, fractions, exponents, other
   *     digits, nothing, more than 2147483647
   */
  static Duration parse(String text) throws TokenRejectedException {
    if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
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
