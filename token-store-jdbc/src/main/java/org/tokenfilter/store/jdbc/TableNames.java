package org.tokenfilter.store.jdbc;

import java.util.regex.Pattern;

/**
 * The names of the tables: those of the schema scripts with a prefix, which may start with a
 * schema.
 *
 * @param prefix the prefix, such as {@code app_} or {@code auth.app_}; may be empty
 */
record TableNames(String prefix) {

  private static final Pattern PREFIX =
      Pattern.compile("([A-Za-z_][A-Za-z0-9_]*\\.)?([A-Za-z_][A-Za-z0-9_]*)?");

  /** The length that databases allow for a name, less that of our own names. */
  private static final int MAX_PREFIX_LENGTH = 40;

  TableNames {
    if (!PREFIX.matcher(prefix).matches() || prefix.length() > MAX_PREFIX_LENGTH) {
      throw new IllegalArgumentException(
          "table-prefix must have at most 40 letters, digits and underscores, such as app_ or, with"
              + " a schema, auth.app_; not '"
              + prefix
              + "'");
    }
  }

  /** Returns a statement or script with {@code ${prefix}} and {@code ${name}} replaced. */
  String sql(String text) {
    return text.replace("${prefix}", prefix).replace("${name}", prefixWithoutSchema());
  }

  /** Returns the prefix without its schema. */
  String prefixWithoutSchema() {
    return prefix.substring(prefix.indexOf('.') + 1);
  }
}
