package org.tokenfilter.store.jdbc;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cursor of {@link SnapshotFeed}: all changes that are visible in a snapshot were returned, and
 * if a page was full, those up to a position of the next snapshot. Immutable.
 *
 * @param life the life of the database
 * @param told the snapshot whose changes were all returned
 * @param next the snapshot up to which the pages continue; null if no page was full
 * @param transaction the transaction of the last change of the full page
 * @param id the id of that change, in hexadecimal digits
 */
record SnapshotCursor(
    String life, Snapshot told, @Nullable Snapshot next, String transaction, String id) {

  private static final String SEPARATOR = "|";
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
  private static final Pattern ID = Pattern.compile("([0-9a-f]{2}){0,64}");

  static SnapshotCursor after(String life, Snapshot told) {
    return new SnapshotCursor(life, told, null, "0", "");
  }

  /** Parses a cursor; returns null if the text is not one. */
  static @Nullable SnapshotCursor parse(String text) {
    String[] parts = text.split("\\|", -1);
    boolean page = parts.length == 5;
    if (parts.length != 2 && !page) {
      return null;
    }
    try {
      Snapshot told = Snapshot.parse(parts[1]);
      if (!page) {
        return after(parts[0], told);
      }
      return NUMBER.matcher(parts[3]).matches() && ID.matcher(parts[4]).matches()
          ? new SnapshotCursor(parts[0], told, Snapshot.parse(parts[2]), parts[3], parts[4])
          : null;
    } catch (IllegalArgumentException foreign) {
      return null;
    }
  }

  /** Returns the text form. */
  String text() {
    Snapshot page = next;
    return page == null
        ? String.join(SEPARATOR, life, told.text())
        : String.join(SEPARATOR, life, told.text(), page.text(), transaction, id);
  }
}
