package org.tokenfilter.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.store.TokenId;

class SessionIdTest {

  /** The bytes 0 to 31. */
  private static final String TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

  /** Their SHA-256 digest, as another tool computes it. */
  private static final String DIGEST = "Yw3NKWbEM2aRElRIu7JbT_QSpJxzLbLIq8G4WBvXEN0";

  @Test
  void tokenIdIsItsDigest() {
    SessionId id = SessionId.parse(TEXT);

    assertThat(id.value()).isEqualTo(TEXT);
    assertThat(id.tokenId()).isEqualTo(TokenId.parse(DIGEST));
  }

  @Test
  void parsesItsOwnText() throws Exception {
    SecureRandom random = seeded();

    SessionId id = SessionId.random(random);

    assertThat(id.value()).matches("[A-Za-z0-9_-]{43}");
    assertThat(SessionId.parse(id.value())).isEqualTo(id).hasSameHashCodeAs(id);
    assertThat(SessionId.random(random)).isNotEqualTo(id);
  }

  @Test
  void randomIdsDiffer() throws Exception {
    SecureRandom random = seeded();
    Set<SessionId> ids = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      ids.add(SessionId.random(random));
    }

    assertThat(ids).hasSize(1000);
  }

  @Test
  void carriesTheMarkOfItsAudience() throws Exception {
    SecureRandom random = seeded();
    Set<String> ends = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      SessionId id = SessionId.random(random, "/shop");
      assertThat(SessionId.parse(id.value())).isEqualTo(id);
      assertThat(id.isFor("/shop")).isTrue();
      assertThat(id.isFor("/shop2")).isFalse();
      assertThat(id.isFor("")).isFalse();
      assertThat(SessionId.random(random).isFor("/shop")).isFalse();
      ends.add(id.value().substring(37));
    }
    assertThat(ends).as("their suffixes differ").hasSizeGreaterThan(990);
  }

  @TestFactory
  Stream<DynamicTest> wellFormedIdsAreThoseThatParse() throws Exception {
    return Stream.of(
            TEXT,
            TEXT + "A",
            TEXT.substring(1),
            "A".repeat(43),
            "A".repeat(42) + "B",
            "A".repeat(42) + "-",
            "-_" + "z".repeat(40) + "0",
            "+" + "A".repeat(42),
            "/" + "A".repeat(42),
            "\u0100" + "A".repeat(42),
            "@[`{:" + "A".repeat(38),
            "")
        .map(
            text ->
                DynamicTest.dynamicTest(
                    "'" + text + "'",
                    () -> assertThat(SessionId.isWellFormed(text)).isEqualTo(parses(text))));
  }

  private static boolean parses(String text) {
    try {
      return SessionId.parse(text).value().equals(text);
    } catch (IllegalArgumentException refused) {
      return false;
    }
  }

  /** Case C02: texts that resemble a session id. */
  @TestFactory
  Stream<DynamicTest> refusesNonCanonicalTexts() {
    return Stream.of(
            "",
            " ",
            TEXT + " ",
            " " + TEXT,
            TEXT + "=",
            TEXT + "A",
            TEXT.substring(1),
            // The last character has two spare bits, which must be zero.
            TEXT.substring(0, 42) + "9",
            TEXT.substring(0, 42) + "=",
            TEXT.substring(0, 42) + "+",
            TEXT.substring(0, 42) + "/",
            TEXT.substring(0, 42) + "\n",
            TEXT.substring(0, 42) + "\u0000",
            TEXT.substring(0, 42) + "\u0410",
            TEXT.substring(0, 42) + "\ud800",
            TEXT.substring(0, 40) + "%38",
            "%41" + TEXT.substring(1),
            '"' + TEXT + '"',
            TEXT + ", " + TEXT)
        .map(
            text ->
                DynamicTest.dynamicTest(
                    "of " + text.length() + " characters, ending with " + lastCodeOf(text),
                    () ->
                        assertThatIllegalArgumentException()
                            .isThrownBy(() -> SessionId.parse(text))
                            .satisfies(
                                e -> assertThat(e.getMessage()).doesNotContain("AQIDBAUGBwg"))));
  }

  @Test
  void acceptsEveryLastCharacterWithZeroSpareBits() {
    Set<TokenId> records = new HashSet<>();
    for (char last : "AEIMQUYcgkosw048".toCharArray()) {
      String text = TEXT.substring(0, TEXT.length() - 1) + last;
      assertThat(SessionId.parse(text).value()).isEqualTo(text);
      records.add(SessionId.parse(text).tokenId());
    }
    assertThat(records).hasSize(16);
  }

  private static String lastCodeOf(String text) {
    return text.isEmpty() ? "nothing" : "U+%04X".formatted((int) text.charAt(text.length() - 1));
  }

  @Test
  void oneBitMoreOrLessIsAnotherRecord() {
    TokenId record = SessionId.parse(TEXT).tokenId();

    assertThat(SessionId.parse("B" + TEXT.substring(1)).tokenId()).isNotEqualTo(record);
    assertThat(SessionId.parse("a" + TEXT.substring(1)).tokenId()).isNotEqualTo(record);
    assertThat(SessionId.parse(DIGEST).tokenId()).isNotEqualTo(record);
  }

  /** Case P04. */
  @Test
  void toStringShowsTheHandleOnly() {
    assertThat(SessionId.parse(TEXT)).hasToString("SessionId[handle=" + DIGEST + "]");
  }

  private static SecureRandom seeded() throws Exception {
    SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
    random.setSeed(20260301);
    return random;
  }
}
