package org.tokenfilter.keys;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.encoding.JsonBufferRecycler;
import org.tokenfilter.encoding.StrictJson;

/**
 * The text format of a set of content encryption keys: a JWK Set (RFC 7517, 5) of {@code oct} keys
 * (RFC 7518, 6.4). Besides the standard members, each key has the member {@code state}. All members
 * are required except {@code iat}, and no others are allowed.
 *
 * <p>The only text of the file that a message contains is the names of keys and short names of
 * members, since a text in the wrong place may be a key.
 */
final class JwkSet {

  private static final List<String> MEMBERS =
      List.of("kty", "kid", "use", "alg", "state", "iat", "k");

  /** The only member that is a number, and the only optional one. */
  private static final String CREATED_AT = "iat";

  /** Seconds since 1970 without leading zeros, with enough digits for the year 9999. */
  private static final Pattern SECONDS = Pattern.compile("0|[1-9][0-9]{0,11}");

  /** One level more than needed, so that a message can name the member of a nested value. */
  private static final int MAX_NESTING = 4;

  private static final int MAX_SHOWN_NAME_LENGTH = 16;

  private JwkSet() {}

  /**
   * Parses a key set.
   *
   * @throws IllegalArgumentException if the text is not valid; the message has one line and states
   *     the error
   */
  static KeyRing parse(byte[] text) {
    // Buffers that held keys are not recycled.
    StrictJson json = new StrictJson(MAX_NESTING, JsonBufferRecycler.NOT_POOLED);
    try (JsonParser parser = json.parser(text)) {
      List<ContentKey> keys = keys(parser);
      require(parser.nextToken() == null, "something follows the set of keys");
      return KeyRing.of(keys);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("it is not UTF-8");
    } catch (JacksonException e) {
      // The exception is not used as a cause, since its message quotes the text.
      throw new IllegalArgumentException(
          "it is not JSON, or gives a member twice" + location(e.getLocation()));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  /** Writes a key set, with one line for each key. */
  static byte[] write(KeyRing ring) {
    return ring.keys().stream()
        .map(JwkSet::line)
        .collect(Collectors.joining(",\n", "{\"keys\":[\n", "\n]}\n"))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String line(ContentKey key) {
    Instant createdAt = key.createdAt();
    return """
    {"kty":"oct","kid":"%s","use":"enc","alg":"%s","state":"%s",%s"k":"%s"}\
    """
        .formatted(
            key.kid(),
            key.encryption(),
            key.state(),
            createdAt == null ? "" : "\"" + CREATED_AT + "\":" + createdAt.getEpochSecond() + ",",
            Base64Url.encode(key.bytes()));
  }

  private static List<ContentKey> keys(JsonParser parser) throws IOException {
    require(parser.nextToken() == JsonToken.START_OBJECT, "it is not a JSON object");
    require("keys".equals(parser.nextFieldName()), "its first member is not 'keys'");
    require(parser.nextToken() == JsonToken.START_ARRAY, "its member 'keys' is not an array");
    List<ContentKey> keys = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      int number = keys.size() + 1;
      require(
          parser.currentToken() == JsonToken.START_OBJECT,
          "key number " + number + " is not an object");
      keys.add(key(members(parser, number), number));
    }
    require(parser.nextToken() == JsonToken.END_OBJECT, "it has a member beside 'keys'");
    return keys;
  }

  private static Map<String, String> members(JsonParser parser, int number) throws IOException {
    Map<String, String> members = new HashMap<>();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken value = parser.nextToken();
      if (name.equals(CREATED_AT)) {
        require(
            value == JsonToken.VALUE_NUMBER_INT,
            "key number " + number + ": 'iat' is not a whole number");
      } else {
        require(
            value == JsonToken.VALUE_STRING,
            "key number " + number + ": " + printable(name) + " is not a string");
      }
      members.put(name, parser.getText());
    }
    return members;
  }

  private static ContentKey key(Map<String, String> members, int number) {
    String kid = required(members, "kid", "key number " + number);
    require(ContentKey.isValidKid(kid), "key number " + number + ": " + ContentKey.KID_FORMAT);
    String which = "key '" + kid + "'";
    require(required(members, "kty", which).equals("oct"), which + ": kty is not oct");
    for (String name : members.keySet()) {
      require(MEMBERS.contains(name), which + " has an unknown member: " + printable(name));
    }
    require(required(members, "use", which).equals("enc"), which + ": use is not enc");
    String k = required(members, "k", which);
    require(Base64Url.isCanonical(k), which + ": k is not base64url without padding");
    ContentKey key =
        new ContentKey(
            kid,
            encryption(required(members, "alg", which), which),
            state(required(members, "state", which), which),
            Base64.getUrlDecoder().decode(k));
    String madeAt = members.get(CREATED_AT);
    return madeAt == null ? key : key.createdAt(time(madeAt, which));
  }

  private static Instant time(String seconds, String which) {
    String wrong = which + ": iat is not a time in seconds since 1970";
    require(SECONDS.matcher(seconds).matches(), wrong);
    Instant time = Instant.ofEpochSecond(Long.parseLong(seconds));
    require(!time.isAfter(ContentKey.MAX_CREATED_AT), wrong);
    return time;
  }

  private static ContentEncryption encryption(String alg, String which) {
    try {
      return ContentEncryption.of(alg);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(which + ": alg is " + e.getMessage(), e);
    }
  }

  private static ContentKey.State state(String state, String which) {
    try {
      return ContentKey.State.of(state);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(which + ": state is " + e.getMessage(), e);
    }
  }

  private static String required(Map<String, String> members, String name, String which) {
    String value = members.get(name);
    if (value == null) {
      throw new IllegalArgumentException(which + " has no " + name);
    }
    return value;
  }

  private static String location(@Nullable JsonLocation place) {
    return place == null
        ? ""
        : ", at line %d, column %d".formatted(place.getLineNr(), place.getColumnNr());
  }

  /**
   * Returns a name for use in a message, if it is short and plain. A key has at least 43
   * characters, so a short name cannot be a key.
   */
  private static String printable(String name) {
    boolean plain = name.chars().allMatch(c -> c > ' ' && c < 0x7f);
    return plain && name.length() <= MAX_SHOWN_NAME_LENGTH
        ? "'" + name + "'"
        : "one that is not shown here";
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
