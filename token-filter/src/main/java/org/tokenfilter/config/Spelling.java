package org.tokenfilter.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** A finder of the known name that an unknown, probably misspelt name resembles. */
final class Spelling {

  private static final String FIRST_WORD = "token";

  /** The maximum number of letters that may differ. */
  private static final int MOST = 3;

  /** One letter may differ, and one more for every so many letters of the name. */
  private static final int LETTERS = 6;

  private final Collection<String> known;

  /**
   * Creates a finder.
   *
   * @param known the known names; later additions are seen
   */
  Spelling(Collection<String> known) {
    this.known = known;
  }

  /** Returns true if a name begins like that of a setting, in any case and with any separator. */
  static boolean isLikeASetting(String name) {
    return name.toLowerCase(Locale.ROOT).matches("(?s)token[._-].*");
  }

  /** Returns the known name that is most similar; empty if none is similar enough. */
  Optional<String> meant(String written) {
    return known.stream()
        .filter(key -> distance(written, key) <= allowed(key))
        .min(
            Comparator.comparingInt((String key) -> distance(written, key))
                .thenComparing(Comparator.naturalOrder()));
  }

  private static int allowed(String key) {
    return Math.min(MOST, 1 + (letters(key).length() - FIRST_WORD.length()) / LETTERS);
  }

  private static int distance(String written, String key) {
    return words(written).equals(words(key)) ? 0 : edits(letters(written), letters(key));
  }

  /** Returns the letters and digits in lower case, without separators. */
  private static String letters(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  /** Returns the words in lower case and sorted, so that their order does not matter. */
  private static String words(String name) {
    String[] words = name.toLowerCase(Locale.ROOT).split("[^a-z0-9]+", -1);
    Arrays.sort(words);
    return String.join(" ", words);
  }

  /** Returns the optimal string alignment distance (Damerau-Levenshtein). */
  private static int edits(String from, String to) {
    int[][] least = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        least[i][j] = i == 0 || j == 0 ? i + j : leastOf(least, from, to, i, j);
      }
    }
    return least[from.length()][to.length()];
  }

  private static int leastOf(int[][] least, String from, String to, int i, int j) {
    boolean same = from.charAt(i - 1) == to.charAt(j - 1);
    int best = least[i - 1][j - 1] + (same ? 0 : 1);
    best = Math.min(best, 1 + Math.min(least[i - 1][j], least[i][j - 1]));
    boolean swapped =
        i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1);
    return swapped ? Math.min(best, least[i - 2][j - 2] + 1) : best;
  }
}
