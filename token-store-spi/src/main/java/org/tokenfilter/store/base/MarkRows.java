package org.tokenfilter.store.base;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenStoreException;

/** The marks (S22), as rows of one transaction. Used by one thread. */
final class MarkRows {

  private static final int FORMAT = 1;

  /** The time for which an ended mark is kept, since the clock of another node may be behind. */
  private static final Duration KEPT = Duration.ofHours(1);

  /** More than one, so that deletion keeps up with new marks. */
  private static final int FORGOTTEN_PER_MARK = 4;

  private final Rows rows;

  MarkRows(Rows rows) {
    this.rows = rows;
  }

  boolean mark(String name, Instant until, Instant now) throws Exception {
    String key = RowKeys.mark(name);
    Instant former = end(key);
    if (former != null && former.isAfter(now)) {
      return false;
    }
    forget(now.minus(KEPT), FORGOTTEN_PER_MARK);
    if (former != null) {
      rows.delete(RowKeys.markEnd(former, key));
    }
    Instant end = wholeMillis(until);
    rows.put(key, new FrameWriter(FORMAT).time(end).finish());
    rows.put(RowKeys.markEnd(end, key), new byte[0]);
    return true;
  }

  /** Returns the time rounded up to milliseconds, so that no mark ends before its time. */
  private static Instant wholeMillis(Instant time) {
    Instant millis = time.truncatedTo(ChronoUnit.MILLIS);
    boolean hasNext = millis.isBefore(time) && time.isBefore(Instant.MAX.minusMillis(1));
    return hasNext ? millis.plusMillis(1) : millis;
  }

  boolean isSet(String name, Instant now) throws Exception {
    Instant end = end(RowKeys.mark(name));
    return end != null && end.isAfter(now);
  }

  /** Forgets some marks that ended before a time. */
  void forget(Instant endedBefore, int limit) throws Exception {
    String to = RowKeys.before(RowKeys.MARK_END, endedBefore);
    for (String key : rows.keys(RowKeys.MARK_END, to, limit)) {
      rows.delete(key);
      rows.delete(RowKeys.markOf(key));
    }
  }

  /** Returns the end of a mark; null if there is none. */
  private @Nullable Instant end(String key) throws Exception {
    byte[] bytes = rows.get(List.of(key)).get(key);
    try {
      return bytes == null ? null : FrameReader.read(bytes, FORMAT, FrameReader::time);
    } catch (UnreadableRecordException e) {
      throw new TokenStoreException(
          "the row %s of a mark cannot be read: %s".formatted(key, e.getMessage()), e, false);
    }
  }
}
