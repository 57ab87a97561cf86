package org.tokenfilter.keys;

import static java.util.Comparator.comparing;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.lang.JoseException;

/** Key files of arbitrary content. */
class KeyFileFuzzTest {

  private static final JsonFactory JSON = new JsonFactory();

  /** Text that may be a key or most of one. */
  private static final Pattern KEY_TEXT = Pattern.compile("[A-Za-z0-9+/_-]{32,}");

  /** Reads a ring as jose4j does and writes it again; or refuses it without showing a key. */
  @FuzzTest(maxDuration = "10m")
  void anyFile(byte[] text) throws JoseException {
    KeyRing ring;
    try {
      ring = JwkSet.parse(text);
    } catch (IllegalArgumentException e) {
      Set<String> kids = kids(text);
      for (Throwable said = e; said != null; said = said.getCause()) {
        assertShowsNoKey(String.valueOf(said.getMessage()), kids);
      }
      return;
    }
    assertThat(ring.keys().stream().filter(key -> key.state() == ContentKey.State.ACTIVE))
        .hasSize(1);
    assertSameKeys(JwkSet.parse(JwkSet.write(ring)).keys(), ring.keys());
    List<JsonWebKey> byJose4j =
        new JsonWebKeySet(new String(text, StandardCharsets.UTF_8)).getJsonWebKeys();
    assertThat(byJose4j).hasSameSizeAs(ring.keys());
    for (int i = 0; i < byJose4j.size(); i++) {
      JsonWebKey read = byJose4j.get(i);
      ContentKey key = ring.keys().get(i);
      assertThat(read.getKeyId()).isEqualTo(key.kid());
      assertThat(read.getAlgorithm()).isEqualTo(key.encryption().toString());
      assertThat(read.getKey().getEncoded()).isEqualTo(key.bytes());
      Instant createdAt = key.createdAt();
      assertThat(read.getOtherParameterValue("iat", Long.class))
          .isEqualTo(createdAt == null ? null : createdAt.getEpochSecond());
    }
  }

  private static void assertSameKeys(List<ContentKey> some, List<ContentKey> others) {
    assertThat(some).hasToString(others.toString());
    for (int i = 0; i < some.size(); i++) {
      assertThat(some.get(i).bytes()).isEqualTo(others.get(i).bytes());
      assertThat(some.get(i).createdAt()).isEqualTo(others.get(i).createdAt());
    }
  }

  /** Asserts that the message is one line that contains no possible key, except names of keys. */
  private static void assertShowsNoKey(String message, Set<String> kids) {
    String rest = message;
    // A name may contain another one.
    for (String kid : kids.stream().sorted(comparing(String::length).reversed()).toList()) {
      rest = rest.replace(kid, "");
    }
    assertThat(KEY_TEXT.matcher(rest).find()).as(message).isFalse();
    assertThat(message).doesNotContain("\n", "\r");
  }

  /** Returns all names of keys in the readable part of the text. */
  private static Set<String> kids(byte[] text) {
    Set<String> kids = new LinkedHashSet<>();
    try (JsonParser parser = JSON.createParser(new String(text, StandardCharsets.UTF_8))) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_STRING
            && "kid".equals(parser.currentName())
            && ContentKey.isValidKid(parser.getText())) {
          kids.add(parser.getText());
        }
      }
    } catch (IOException e) {
      return kids;
    }
    return kids;
  }
}
