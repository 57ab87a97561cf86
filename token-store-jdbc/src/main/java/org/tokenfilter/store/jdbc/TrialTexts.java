package org.tokenfilter.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.tokenfilter.store.TokenRecord;

/**
 * Texts that do not survive a database which takes fewer characters than Unicode has, counts their
 * length in bytes, tidies them up, or takes different ones for one.
 */
final class TrialTexts {

  /** All of Latin-1 but NUL: control characters, quotes, backslash, percent and question mark. */
  static final String LATIN = text(TokenRecord.MAX_SUBJECT_LENGTH, index -> 1 + index);

  /**
   * As long as a subject may be, from everywhere in the basic plane, its last character included.
   */
  static final String BASIC =
      text(
          TokenRecord.MAX_SUBJECT_LENGTH,
          index ->
              outsideOfSurrogates(0xFFFF - (TokenRecord.MAX_SUBJECT_LENGTH - 1 - index) * 247));

  /** As long as a subject may be, from all planes above, the last code point included. */
  static final String SUPPLEMENTARY =
      text(TokenRecord.MAX_SUBJECT_LENGTH / 2, index -> 0x10FFFF - index * 8209);

  /**
   * What is tidied up: marks at the begin and the end, blanks, letters with a mark of their own.
   */
  static final String UNTIDY = "\ufeff \u212b e\u0301 \u1e9b\u0323 \u200b\u00ad \ud83d\ude00 ? \t ";

  /** All of these. */
  static final List<String> ALL = List.of(LATIN, BASIC, SUPPLEMENTARY, UNTIDY);

  /** A text for which {@link #ALIKE} are often taken. */
  static final String ORIGINAL = "Stra\u00dfe caf\u00e9 i \u30ab \ud83d\ude00";

  /** Each differs from {@link #ORIGINAL} in one respect. */
  static final List<String> ALIKE =
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

  private TrialTexts() {}

  /** The text again and again, to at most so many UTF-16 code units. */
  static String repeated(String text, int units) {
    return text.repeat(Math.max(1, units / text.length()));
  }

  /** The text again and again, to at most so many bytes of UTF-8. */
  static String filling(String text, int bytes) {
    return text.repeat(Math.max(1, bytes / text.getBytes(UTF_8).length));
  }

  private static String text(int length, IntUnaryOperator codePoint) {
    return IntStream.range(0, length)
        .map(codePoint)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static int outsideOfSurrogates(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE
        ? codePoint - 0x800
        : codePoint;
  }
}
