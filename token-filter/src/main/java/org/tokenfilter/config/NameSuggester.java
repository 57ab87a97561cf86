package org.tokenfilter.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** A finder of the known name that an unknown, probably misspelt name resembles. */
final class NameSuggester {

  private static final String FIRST_WORD = "token";

  /** The maximum number of letters that may differ. */
  private static final int MAX_EDITS = 3;

  /** One letter may differ, and one more for every so many letters of the name. */
  private static final int LETTERS_PER_EDIT = 6;

  private final Collection<String> known;

  /**
   * Creates a finder.
   *
   * @param known the known names; later additions are seen
   */
  NameSuggester(Collection<String> known) {
    this.known = known;
  }

  /** Returns true if a name begins like that of a setting, in any case and with any separator. */
  static boolean looksLikeSetting(String name) {
    return name.toLowerCase(Locale.ROOT).matches("(?s)token[._-].*");
  }

  /** Returns the known name that is most similar; empty if none is similar enough. */
  Optional<String> suggest(String written) {
    return known.stream()
        .filter(key -> distance(written, key) <= maxEdits(key))
        .min(
            Comparator.comparingInt((String key) -> distance(written, key))
                .thenComparing(Comparator.naturalOrder()));
  }

  private static int maxEdits(String key) {
    return Math.min(
        MAX_EDITS, 1 + (lettersOf(key).length() - FIRST_WORD.length()) / LETTERS_PER_EDIT);
  }

  private static int distance(String written, String key) {
    return sortedWords(written).equals(sortedWords(key))
        ? 0
        : editDistance(lettersOf(written), lettersOf(key));
  }

  /** Returns the letters and digits in lower case, without separators. */
  private static String lettersOf(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  /** Returns the words in lower case and sorted, so that their order does not matter. */
  private static String sortedWords(String name) {
    String[] words = name.toLowerCase(Locale.ROOT).split("[^a-z0-9]+", -1);
    Arrays.sort(words);
    return String.join(" ", words);
  }

  /** Returns the optimal string alignment distance (Damerau-Levenshtein). */
  private static int editDistance(String from, String to) {
    int[][] least = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        least[i][j] = i == 0 || j == 0 ? i + j : minEdits(least, from, to, i, j);
      }
    }
    return least[from.length()][to.length()];
  }

  private static int minEdits(int[][] least, String from, String to, int i, int j) {
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
