package org.tokenfilter.endpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.tokenfilter.encoding.JsonBufferRecycler;
import org.tokenfilter.encoding.StrictJson;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** A parser of a JSON object whose members are parameters with string values. */
final class JsonParameters {

  private static final int MAX_NESTING = 16;

  private static final StrictJson JSON = new StrictJson(MAX_NESTING, JsonBufferRecycler.POOLED);

  private JsonParameters() {}

  /**
   * Parses parameters.
   *
   * @return the values by name
   * @throws TokenRejectedException if the body is not one JSON object in UTF-8, has a member twice,
   *     or has an accepted member whose value is no string
   */
  static Map<String, String> parse(byte[] body, AllowedParameters allowed)
      throws TokenRejectedException {
    try (JsonParser json = JSON.parser(body)) {
      Map<String, String> fields = new HashMap<>();
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw malformed();
      }
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        boolean kept = allowed.accepts(name);
        if (json.nextToken() == JsonToken.VALUE_STRING && kept) {
          fields.put(name, requireText(json.getText()));
        } else if (kept) {
          throw new TokenRejectedException(Rejection.BAD_REQUEST, name + " is not a string");
        }
        json.skipChildren();
      }
      if (json.nextToken() != null) {
        throw malformed();
      }
      return fields;
    } catch (IOException noJson) {
      throw malformed();
    }
  }

  /**
   * Returns the value if it is text. NUL and unpaired surrogates are refused, because a store or a
   * hash may change them.
   *
   * @throws TokenRejectedException if the value contains such a character
   */
  static String requireText(String value) throws TokenRejectedException {
    boolean text =
        value.codePoints().noneMatch(c -> c == 0 || Character.getType(c) == Character.SURROGATE);
    if (!text) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "a value that is no text");
    }
    return value;
  }

  private static TokenRejectedException malformed() {
    return new TokenRejectedException(Rejection.BAD_REQUEST, "not a JSON object");
  }
}
