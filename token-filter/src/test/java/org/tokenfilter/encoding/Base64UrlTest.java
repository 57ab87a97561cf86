package org.tokenfilter.encoding;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Base64UrlTest {

  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private static final List<String> DIGITS =
      ALPHABET.chars().mapToObj(Character::toString).toList();

  @Test
  void encodesCanonicallyWithTheComputedLength() {
    Random random = new Random(1);
    for (int length = 0; length < 200; length++) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      String text = Base64Url.encode(bytes);
      assertThat(Base64Url.isCanonical(text)).isTrue();
      assertThat(Base64Url.encodedLength(length)).isEqualTo(text.length());
    }
  }

  @Test
  void canonicalTextsAreThoseThatTheJdkEncodes() {
    for (String a : DIGITS) {
      for (String b : DIGITS) {
        assertAgreesWithTheJdk(a + b);
        assertAgreesWithTheJdk("QUJD" + a + b);
        for (String c : DIGITS) {
          assertAgreesWithTheJdk(a + b + c);
        }
      }
    }
  }

  @Test
  void singleLastCharacterIsNotCanonical() {
    for (String c : DIGITS) {
      assertThat(Base64Url.isCanonical(c)).isFalse();
      assertThat(Base64Url.isCanonical("QUJD" + c)).isFalse();
    }
  }

  @Test
  void decodesBytesLikeCharacters() {
    for (int c = 0; c <= 255; c++) {
      for (String text : List.of("QU" + (char) c + "D", "QUJD" + (char) c, "QUJDQU" + (char) c)) {
        byte[] ascii = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] ofText = new byte[8];
        byte[] ofBytes = new byte[8];
        boolean read = Base64Url.decode(text, 1, text.length(), ofText, 1);
        assertThat(Base64Url.decode(ascii, 1, ascii.length, ofBytes, 1)).isEqualTo(read);
        assertThat(ofBytes).isEqualTo(ofText);
      }
    }
  }

  @Test
  void charactersOutsideTheAlphabetAreNotCanonical() {
    for (int c = Character.MIN_VALUE; c <= Character.MAX_VALUE; c++) {
      boolean known = ALPHABET.indexOf(c) >= 0;
      assertThat(Base64Url.isCanonical((char) c + "AAA")).isEqualTo(known);
      assertThat(Base64Url.isCanonical("AAA" + (char) c)).isEqualTo(known);
    }
  }

  @Test
  void decodesLikeTheJdkIntoItsRangeOnly() {
    Random random = new Random(2);
    for (int length = 0; length < 200; length++) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      String text = Base64Url.encode(bytes);
      byte[] into = new byte[length + 2];
      Arrays.fill(into, (byte) 0x55);
      byte[] expected = into.clone();
      System.arraycopy(bytes, 0, expected, 1, length);
      assertThat(Base64Url.decodedLength(text.length())).isEqualTo(length);
      assertThat(Base64Url.decode("*" + text + "*", 1, 1 + text.length(), into, 1)).isTrue();
      assertThat(into).isEqualTo(expected);
    }
  }

  private static void assertAgreesWithTheJdk(String text) {
    boolean same = Base64Url.encode(Base64.getUrlDecoder().decode(text)).equals(text);
    if (Base64Url.isCanonical(text) != same) {
      throw new AssertionError(text);
    }
  }
}
