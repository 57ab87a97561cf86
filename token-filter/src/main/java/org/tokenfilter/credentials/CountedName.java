package org.tokenfilter.credentials;

import java.text.Normalizer;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * How a user name is counted. Accounts may be kept where names are compared by a collation that
 * looks at letters alone, so all that such a one passes over is taken off: case, accents, width,
 * spaces, and what cannot be seen. Two users whose names differ in nothing else share their counts,
 * and nothing more.
 */
final class CountedName {

  private static final int MOST = 255;

  /** Where a mark is an accent or a point; elsewhere, as in India, it is a vowel. */
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

  private CountedName() {}

  /** The name as it is counted; may be empty. */
  static String of(String username) {
    String plain = Normalizer.normalize(username, Normalizer.Form.NFKD);
    StringBuilder letters = new StringBuilder();
    plain.codePoints().filter(CountedName::isSeen).forEach(letters::appendCodePoint);
    String folded = letters.toString().toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    // Changing the case may have made new accents. Normalizing may make it eighteen times as long.
    StringBuilder name = new StringBuilder();
    Normalizer.normalize(folded, Normalizer.Form.NFKD)
        .codePoints()
        .filter(CountedName::isSeen)
        .limit(MOST)
        .forEach(c -> letter(c, name));
    return name.toString();
  }

  private static boolean isSeen(int c) {
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

  /** Letters that are others with a stroke, or two in one, have no decomposition in Unicode. */
  private static void letter(int c, StringBuilder name) {
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
