package org.tokenfilter.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;

/**
 * The position of a record in an ordered list of records: by time of issue, then by id, the oldest
 * first. The position of the last record of a page is the cursor for the next page. Immutable.
 *
 * @param issuedAt the record's time of issue, to the millisecond
 * @param id the record's id
 */
public record PageCursor(Instant issuedAt, TokenId id) implements Comparable<PageCursor> {

  private static final Comparator<PageCursor> ORDER =
      Comparator.comparing(PageCursor::issuedAt).thenComparing(PageCursor::id);

  /** Truncates {@code issuedAt} to the millisecond. */
  public PageCursor {
    issuedAt = issuedAt.truncatedTo(ChronoUnit.MILLIS);
  }

  /** Returns the position of a record. */
  public static PageCursor of(TokenRecord record) {
    return new PageCursor(record.issuedAt(), record.id());
  }

  @Override
  public int compareTo(PageCursor other) {
    return ORDER.compare(this, other);
  }
}
