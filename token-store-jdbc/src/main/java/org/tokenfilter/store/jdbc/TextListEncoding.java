package org.tokenfilter.store.jdbc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The encoding of a list of texts in one column. Each text is on one line, terminated by a line
 * feed. In a text, a backslash is written twice and a line feed as {@code \n}; so any list of texts
 * is restored exactly.
 */
final class TextListEncoding {

  private TextListEncoding() {}

  static String encode(Collection<String> texts) {
    StringBuilder lines = new StringBuilder();
    texts.forEach(text -> appendEscaped(lines, text));
    return lines.toString();
  }

  /** Encodes names and values alternately. */
  static String encode(Map<String, String> pairs) {
    StringBuilder lines = new StringBuilder();
    pairs.forEach(
        (name, value) -> {
          appendEscaped(lines, name);
          appendEscaped(lines, value);
        });
    return lines.toString();
  }

  static List<String> decodeList(String lines) {
    List<String> texts = new ArrayList<>();
    for (int start = 0; start < lines.length(); ) {
      int end = lines.indexOf('\n', start);
      if (end < 0) {
        throw new IllegalArgumentException("the last line must end with a line feed");
      }
      texts.add(unescape(lines, start, end));
      start = end + 1;
    }
    return texts;
  }

  static Map<String, String> decodeMap(String lines) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (Iterator<String> texts = decodeList(lines).iterator(); texts.hasNext(); ) {
      String name = texts.next();
      if (!texts.hasNext()) {
        throw new IllegalArgumentException("each name must be followed by a value");
      }
      pairs.put(name, texts.next());
    }
    return pairs;
  }

  private static void appendEscaped(StringBuilder lines, String text) {
    for (int index = 0; index < text.length(); index++) {
      char character = text.charAt(index);
      switch (character) {
        case '\\' -> lines.append("\\\\");
        case '\n' -> lines.append("\\n");
        default -> lines.append(character);
      }
    }
    lines.append('\n');
  }

  private static String unescape(String lines, int start, int end) {
    StringBuilder text = new StringBuilder(end - start);
    for (int index = start; index < end; index++) {
      char character = lines.charAt(index);
      if (character == '\\' && index + 1 < end) {
        index++;
        text.append(lines.charAt(index) == 'n' ? '\n' : lines.charAt(index));
      } else {
        text.append(character);
      }
    }
    return text.toString();
  }
}
