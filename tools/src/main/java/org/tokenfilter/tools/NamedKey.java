package org.tokenfilter.tools;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The key that a token names in its header, for showing: nothing is judged by it.
 *
 * @param kid its name
 * @param encryption what it is for
 */
record NamedKey(String kid, String encryption) {

  private static final int MOST_HEADER = 256;

  private static final Pattern HEADER =
      Pattern.compile(
          "\\{\"enc\":\"([A-Za-z0-9-]{1,16})\",\"alg\":\"dir\",\"kid\":\"([A-Za-z0-9._-]{1,64})\"}");

  /** The one that this token names; empty if its header is not written as ours are. */
  static Optional<NamedKey> of(String token) {
    int dot = token.indexOf('.');
    if (dot < 0 || dot > MOST_HEADER) {
      return Optional.empty();
    }
    try {
      byte[] header = Base64.getUrlDecoder().decode(token.substring(0, dot));
      Matcher matcher = HEADER.matcher(new String(header, StandardCharsets.US_ASCII));
      return matcher.matches()
          ? Optional.of(new NamedKey(matcher.group(2), matcher.group(1)))
          : Optional.empty();
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }
}
