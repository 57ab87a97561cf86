package org.tokenfilter.tools;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a token, for display only. Nothing is decided by it.
 *
 * @param kid the name of the key
 * @param encryption the content encryption, {@code enc}
 */
record TokenHeader(String kid, String encryption) {

  private static final int MAX_HEADER_LENGTH = 256;

  private static final Pattern HEADER =
      Pattern.compile(
          "\\{\"enc\":\"([A-Za-z0-9-]{1,16})\",\"alg\":\"dir\",\"kid\":\"([A-Za-z0-9._-]{1,64})\"}");

  /** Returns the header of a token; empty if it does not have the form that the library writes. */
  static Optional<TokenHeader> of(String token) {
    int dot = token.indexOf('.');
    if (dot < 0 || dot > MAX_HEADER_LENGTH) {
      return Optional.empty();
    }
    try {
      byte[] header = Base64.getUrlDecoder().decode(token.substring(0, dot));
      Matcher matcher = HEADER.matcher(new String(header, StandardCharsets.US_ASCII));
      return matcher.matches()
          ? Optional.of(new TokenHeader(matcher.group(2), matcher.group(1)))
          : Optional.empty();
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }
}
