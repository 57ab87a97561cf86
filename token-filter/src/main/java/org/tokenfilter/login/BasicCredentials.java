package org.tokenfilter.login;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.tokenfilter.credentials.UsernamePasswordCredential;

/** A parser of credentials of the Basic scheme (RFC 7617): base64 of {@code user-id:password}. */
public final class BasicCredentials {

  private BasicCredentials() {}

  /**
   * Parses credentials.
   *
   * @return the user name and the password; empty unless the text is base64 of UTF-8 with a colon
   */
  public static Optional<UsernamePasswordCredential> parse(
      String credentials, HttpServletRequest request) {
    String text;
    try {
      // A new decoder reports malformed input, so that different passwords stay different.
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Base64.getDecoder().decode(credentials)))
              .toString();
    } catch (IllegalArgumentException | CharacterCodingException malformed) {
      return Optional.empty();
    }
    int colon = text.indexOf(':');
    if (colon < 0) {
      return Optional.empty();
    }
    return Optional.of(
        new UsernamePasswordCredential(
            text.substring(0, colon), text.substring(colon + 1).toCharArray(), request));
  }
}
