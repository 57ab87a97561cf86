package org.tokenfilter.store.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Sample texts that some character sets cannot represent, or that some drivers normalize. */
final class SampleTexts {

  /** The maximum length of each text in {@link #ALL}, in UTF-16 code units. */
  static final int MAX_LENGTH = 200;

  /** Texts of every kind without NUL: ASCII, Latin-1, the basic plane, the planes above. */
  static final List<String> ALL =
      List.of(
          text(127, index -> 1 + index),
          text(128, index -> 0x80 + index),
          text(MAX_LENGTH, index -> 0x100 + index),
          text(MAX_LENGTH, index -> outsideOfSurrogates(0x800 + index * 317)),
          text(MAX_LENGTH / 2, index -> 0x10000 + index * 10_485),
          "\uffff \ufffe \ufffd \udbff\udfff",
          "\ufeff \u212b A\u030a \u00c5 e\u0301 \u1e9b\u0323 \u1100\u1161 \u200b\u00ad\u2060",
          " \t two  blanks \u00a0\u3000 ",
          "?",
          "\\",
          "\\\\n",
          "'; --",
          "%_",
          "&amp;&#381;",
          "\\u017d",
          "%C5%BD");

  /**
   * Groups of texts that become equal if a character set lacks a character, such as ASCII, Latin-1,
   * Windows-1252, Shift JIS or UTF-8 of at most three bytes, or by a collation or a normalization.
   */
  static final List<List<String>> CONFUSABLE =
      List.of(
          List.of("\u017dofie", "\u0160ofie", "?ofie", "\ufffdofie", "\u001aofie", "ofie", "Zofie"),
          List.of("ren\u00e9", "ren\u00e8", "rene", "ren?", "rene\u0301", "ren\u00c3\u00a9"),
          List.of("\u20ac", "\u0080", "\u00a4", "?"),
          List.of("\u6f22", "\u6f23", "\u30ab", "\u304b", "\uff76", "?"),
          List.of(
              "\ud83d\ude00", "\ud83d\ude01", "\ud83d\ude00\ufe0f", "??", "\ufffd", "\ufffd\ufffd"),
          List.of("\u00c5", "A\u030a", "\u212b", "\u00e5", "A", "AA"),
          List.of(
              "x", "x ", " x", "x\u00a0", "x\u200b", "x\u00ad", "x\u0001", "\ufeffx", "X",
              "\uff58"));

  private SampleTexts() {}

  /** Returns the text repeated at least once, up to the given number of bytes of UTF-8. */
  static String repeated(String text, int bytes) {
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
