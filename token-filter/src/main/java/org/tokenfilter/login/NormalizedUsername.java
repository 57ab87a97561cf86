package org.tokenfilter.login;

import java.text.Normalizer;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * The normalization of user names for counting logins. The accounts may be in a database that
 * compares names by a collation of letters only. So this class removes all that such a collation
 * ignores: case, accents, width, spaces and invisible characters. Two users whose names differ only
 * in these share their counts, and nothing else.
 */
final class NormalizedUsername {

  private static final int MAX_LENGTH = 255;

  /**
   * The scripts in which a mark is an accent or a point. In others, as in those of India, a mark is
   * a vowel.
   */
  private static final Set<Character.UnicodeScript> ACCENTED =
      EnumSet.of(
          Character.UnicodeScript.INHERITED,
          Character.UnicodeScript.COMMON,
          Character.UnicodeScript.LATIN,
          Character.UnicodeScript.GREEK,
          Character.UnicodeScript.CYRILLIC,
          Character.UnicodeScript.HEBREW,
          Character.UnicodeScript.ARABIC,
          Character.UnicodeScript.SYRIAC);

  private NormalizedUsername() {}

  /** Returns the normalized name, which may be empty. */
  static String of(String username) {
    String plain = Normalizer.normalize(username, Normalizer.Form.NFKD);
    StringBuilder letters = new StringBuilder();
    plain.codePoints().filter(NormalizedUsername::isVisible).forEach(letters::appendCodePoint);
    String folded = letters.toString().toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    // The case mapping may add accents. Normalization may make the name eighteen times as long.
    StringBuilder name = new StringBuilder();
    Normalizer.normalize(folded, Normalizer.Form.NFKD)
        .codePoints()
        .filter(NormalizedUsername::isVisible)
        .limit(MAX_LENGTH)
        .forEach(c -> appendLetter(c, name));
    return name.toString();
  }

  private static boolean isVisible(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK ->
          !ACCENTED.contains(Character.UnicodeScript.of(c));
      case Character.CONTROL,
          Character.FORMAT,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> !Character.isWhitespace(c);
    };
  }

  /**
   * Appends a letter. Letters with a stroke and ligatures are replaced here, since Unicode defines
   * no decomposition of them.
   */
  private static void appendLetter(int c, StringBuilder name) {
    switch (c) {
      case '\u00df' -> name.append("ss");
      case '\u00e6' -> name.append("ae");
      case '\u0153' -> name.append("oe");
      case '\u00f8' -> name.append('o');
      case '\u0111', '\u00f0' -> name.append('d');
      case '\u0127' -> name.append('h');
      case '\u0131' -> name.append('i');
      case '\u0142' -> name.append('l');
      case '\u0167' -> name.append('t');
      default -> name.appendCodePoint(c);
    }
  }
}
