package org.tokenfilter.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.tokenfilter.store.TokenRecord;

/**
 * Texts that reveal a database that supports only a part of Unicode, counts lengths in bytes,
 * normalizes texts, or treats different texts as equal.
 */
final class RoundTripTexts {

  /** All of Latin-1 except NUL: control characters, quotes, backslash, percent, question mark. */
  static final String LATIN = text(TokenRecord.MAX_SUBJECT_LENGTH, index -> 1 + index);

  /**
   * A text of the longest length of a subject, with characters from the whole basic plane,
   * including its last one.
   */
  static final String BASIC =
      text(
          TokenRecord.MAX_SUBJECT_LENGTH,
          index -> skipSurrogates(0xFFFF - (TokenRecord.MAX_SUBJECT_LENGTH - 1 - index) * 247));

  /**
   * A text of the longest length of a subject, with code points from all supplementary planes,
   * including the last one.
   */
  static final String SUPPLEMENTARY =
      text(TokenRecord.MAX_SUBJECT_LENGTH / 2, index -> 0x10FFFF - index * 8209);

  /**
   * A text that normalization changes: marks at the start and the end, blanks, letters with
   * combining marks.
   */
  static final String NORMALIZABLE =
      "\ufeff \u212b e\u0301 \u1e9b\u0323 \u200b\u00ad \ud83d\ude00 ? \t ";

  /** All of these texts. */
  static final List<String> ALL = List.of(LATIN, BASIC, SUPPLEMENTARY, NORMALIZABLE);

  /** A text that collations often treat as equal to those of {@link #SIMILAR}. */
  static final String ORIGINAL = "Stra\u00dfe caf\u00e9 i \u30ab \ud83d\ude00";

  /** Texts that differ from {@link #ORIGINAL} in one respect each. */
  static final List<String> SIMILAR =
      List.of(
          "stra\u00dfe caf\u00e9 i \u30ab \ud83d\ude00",
          "Strasse caf\u00e9 i \u30ab \ud83d\ude00",
          "Stra\u00dfe cafe i \u30ab \ud83d\ude00",
          "Stra\u00dfe cafe\u0301 i \u30ab \ud83d\ude00",
          "Stra\u00dfe caf\u00e9 \u0131 \u30ab \ud83d\ude00",
          "Stra\u00dfe caf\u00e9 i \u304b \ud83d\ude00",
          "Stra\u00dfe caf\u00e9 i \uff76 \ud83d\ude00",
          "Stra\u00dfe caf\u00e9 i \u30ab \ud83d\ude01",
          "Stra\u00dfe caf\u00e9 i \u30ab \ufffd",
          "Stra\u00dfe caf\u00e9 i \u30ab ?",
          "Stra\u00dfe caf\u00e9 i \u30ab \ud83d\ude00 ",
          " Stra\u00dfe caf\u00e9 i \u30ab \ud83d\ude00",
          "Stra\u00dfe\u00a0caf\u00e9 i \u30ab \ud83d\ude00",
          "Stra\u200b\u00dfe caf\u00e9 i \u30ab \ud83d\ude00",
          "Stra\u00ad\u00dfe caf\u00e9 i \u30ab \ud83d\ude00",
          "\u0001Stra\u00dfe caf\u00e9 i \u30ab \ud83d\ude00");

  private RoundTripTexts() {}

  /** Returns the text, repeated as often as fits into a number of UTF-16 code units. */
  static String repeatToLength(String text, int units) {
    return text.repeat(Math.max(1, units / text.length()));
  }

  /** Returns the text, repeated as often as fits into a number of bytes of UTF-8. */
  static String repeatToBytes(String text, int bytes) {
    return text.repeat(Math.max(1, bytes / text.getBytes(UTF_8).length));
  }

  private static String text(int length, IntUnaryOperator codePoint) {
    return IntStream.range(0, length)
        .map(codePoint)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static int skipSurrogates(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE
        ? codePoint - 0x800
        : codePoint;
  }
}
