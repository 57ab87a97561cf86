package org.tokenfilter.endpoint;

import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** A parser of a form or a query: {@code name=value&name=value}, percent-encoded UTF-8. */
final class FormParameters {

  /**
   * The valid input: bytes and percent escapes. The JDK's decoder accepts signs as digits, and a
   * character that is no byte would become a question mark.
   */
  private static final Pattern ENCODED =
      Pattern.compile("(?:[\\x00-\\xFF&&[^%]]|%[0-9A-Fa-f]{2})*+");

  private FormParameters() {}

  static Map<String, String> parse(byte[] form, AllowedParameters allowed)
      throws TokenRejectedException {
    return parse(new String(form, StandardCharsets.ISO_8859_1), allowed);
  }

  /**
   * Parses parameters.
   *
   * @param form the encoded text, one character for each byte
   * @return the values by name
   * @throws TokenRejectedException if the text is malformed or has an accepted name twice
   */
  static Map<String, String> parse(String form, AllowedParameters allowed)
      throws TokenRejectedException {
    Map<String, String> fields = new HashMap<>();
    for (String pair : form.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      if (allowed.accepts(name) && fields.putIfAbsent(name, decode(value)) != null) {
        throw new TokenRejectedException(Rejection.BAD_REQUEST, name + " is given twice");
      }
    }
    return fields;
  }

  private static String decode(String encoded) throws TokenRejectedException {
    if (!ENCODED.matcher(encoded).matches()) {
      throw malformed();
    }
    byte[] bytes =
        URLDecoder.decode(encoded, StandardCharsets.ISO_8859_1)
            .getBytes(StandardCharsets.ISO_8859_1);
    try {
      // A new decoder reports malformed UTF-8 instead of replacing it.
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return JsonParameters.requireText(text);
    } catch (CharacterCodingException noUtf8) {
      throw malformed();
    }
  }

  private static TokenRejectedException malformed() {
    return new TokenRejectedException(Rejection.BAD_REQUEST, "a malformed form");
  }
}
