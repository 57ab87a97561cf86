package org.tokenfilter.store.base;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.TokenStoreException;

/**
 * The log of the latest changes (S12), as rows of one transaction. Used by one thread.
 *
 * <p>Writes run one at a time, so their entries are numbered in the order of their commits. Each
 * entry is signed by a random number and names that of the entry before. A cursor has both, so that
 * a database which was restored, and whose numbers repeat, does not know the cursors of its former
 * life.
 */
final class ChangeRows {

  /** Twice of what is promised, since entries are stamped before they are acknowledged. */
  private static final Duration RETENTION = Duration.ofMinutes(4);

  /** The maximum number of changes of an entry: more of them make more entries. */
  private static final int MAX_CHANGES = 100;

  private static final int TRIMMED_PER_ENTRY = 4;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Rows rows;
  private final Instant now;
  private @Nullable ChangeHead head;
  private int added;

  ChangeRows(Rows rows, Instant now) {
    this.rows = rows;
    this.now = now;
  }

  /** Adds the changes of one record and its children. */
  void add(List<Change> changes) throws Exception {
    for (int from = 0; from < changes.size(); from += MAX_CHANGES) {
      ChangeHead before = headOrNew();
      long signature = RANDOM.nextLong();
      Instant latest = now.isAfter(before.latest()) ? now : before.latest();
      List<Change> some = changes.subList(from, Math.min(changes.size(), from + MAX_CHANGES));
      ChangeEntry entry = new ChangeEntry(latest, before.signature(), signature, some);
      rows.put(RowKeys.change(before.next()), entry.write());
      head = new ChangeHead(before.next() + 1, signature, latest);
      added++;
    }
  }

  /** Completes a write. */
  void finish() throws Exception {
    if (added > 0) {
      ChangeHead last = headOrNew();
      rows.put(RowKeys.CHANGE_HEAD, last.write());
      trim(last);
    }
  }

  /** Begins an empty log, within a write, and returns the answer to any question. */
  Changes begin(@Nullable String cursor) throws Exception {
    rows.put(RowKeys.CHANGE_HEAD, headOrNew().write());
    return since(cursor, 1).orElseThrow();
  }

  /** Returns the changes since a cursor; empty if the log has not begun. */
  Optional<Changes> since(@Nullable String cursor, int limit) throws Exception {
    ChangeHead last = storedHead();
    return last == null ? Optional.empty() : Optional.of(since(cursor, limit, last));
  }

  private Changes since(@Nullable String cursor, int limit, ChangeHead last) throws Exception {
    if (cursor == null || cursor.equals(last.cursor())) {
      return page(true, List.of(), last, last);
    }
    ChangeHead position = ChangeHead.parse(cursor);
    if (position == null || position.next() >= last.next()) {
      return page(false, List.of(), last, last);
    }
    List<Change> changes = new ArrayList<>();
    ChangeHead reached = read(position, last, limit, changes);
    return reached == null
        ? page(false, List.of(), last, last)
        : page(true, changes, reached, last);
  }

  /**
   * Adds the changes from a position; returns the next one, or null if the log does not have it.
   */
  private @Nullable ChangeHead read(
      ChangeHead from, ChangeHead last, int limit, List<Change> changes) throws Exception {
    ChangeHead position = from;
    while (position.next() < last.next()) {
      List<String> keys = new ArrayList<>();
      for (long number = position.next();
          number < last.next() && keys.size() < RecordRows.PAGE;
          number++) {
        keys.add(RowKeys.change(number));
      }
      Map<String, byte[]> page = rows.get(keys);
      for (String key : keys) {
        ChangeEntry entry = ChangeEntry.readOrNull(page.get(key));
        if (entry == null || entry.before() != position.signature()) {
          return null;
        }
        if (!changes.isEmpty() && changes.size() + entry.changes().size() > limit) {
          return position;
        }
        changes.addAll(entry.changes());
        position = new ChangeHead(position.next() + 1, entry.signature(), entry.at());
      }
    }
    return position;
  }

  private Changes page(boolean known, List<Change> changes, ChangeHead reached, ChangeHead last) {
    return new Changes(known, changes, reached.cursor(), reached.next() < last.next(), now);
  }

  /** Deletes entries that are old, more than were added; damaged ones are as good as old. */
  private void trim(ChangeHead last) throws Exception {
    int limit = Math.min(RecordRows.PAGE, added * TRIMMED_PER_ENTRY);
    List<String> oldest = rows.keys(RowKeys.CHANGE, RowKeys.change(last.next()), limit);
    Map<String, byte[]> values = rows.get(oldest);
    for (String key : oldest) {
      ChangeEntry entry = ChangeEntry.readOrNull(values.get(key));
      if (entry != null && !entry.at().isBefore(last.latest().minus(RETENTION))) {
        return;
      }
      rows.delete(key);
    }
  }

  private ChangeHead headOrNew() throws Exception {
    if (head == null) {
      ChangeHead stored = storedHead();
      head = stored == null ? new ChangeHead(0, RANDOM.nextLong(), now) : stored;
    }
    return head;
  }

  private @Nullable ChangeHead storedHead() throws Exception {
    byte[] bytes = rows.get(List.of(RowKeys.CHANGE_HEAD)).get(RowKeys.CHANGE_HEAD);
    try {
      return bytes == null ? null : ChangeHead.read(bytes);
    } catch (UnreadableRecordException e) {
      throw new TokenStoreException(
          "the row " + RowKeys.CHANGE_HEAD + " cannot be read: " + e.getMessage(), e, false);
    }
  }
}
