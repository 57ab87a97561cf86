package org.tokenfilter.store.jdbc;

import java.util.regex.Pattern;

/**
 * The names of the tables: those of the schema scripts, with a prefix that may begin with a schema.
 *
 * @param prefix such as {@code app_} or {@code auth.app_}; may be empty
 */
record Tables(String prefix) {

  private static final Pattern PREFIX =
      Pattern.compile("([A-Za-z_][A-Za-z0-9_]*\\.)?([A-Za-z_][A-Za-z0-9_]*)?");

  /** What databases allow for a name, less what we add to it. */
  private static final int MOST = 40;

  Tables {
    if (!PREFIX.matcher(prefix).matches() || prefix.length() > MOST) {
      throw new IllegalArgumentException(
          "table-prefix is at most 40 letters, digits and underscores such as app_, after a schema"
              + " where need be: auth.app_; not '"
              + prefix
              + "'");
    }
  }

  /** A statement or script with {@code ${prefix}} and {@code ${name}} put in. */
  String sql(String text) {
    return text.replace("${prefix}", prefix).replace("${name}", name());
  }

  /** The prefix without its schema. */
  String name() {
    return prefix.substring(prefix.indexOf('.') + 1);
  }
}
