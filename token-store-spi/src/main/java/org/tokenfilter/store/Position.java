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
public record Position(Instant issuedAt, TokenId id) implements Comparable<Position> {

  private static final Comparator<Position> ORDER =
      Comparator.comparing(Position::issuedAt).thenComparing(Position::id);

  /** Truncates {@code issuedAt} to the millisecond. */
  public Position {
    issuedAt = issuedAt.truncatedTo(ChronoUnit.MILLIS);
  }

  /** Returns the position of a record. */
  public static Position of(TokenRecord record) {
    return new Position(record.issuedAt(), record.id());
  }

  @Override
  public int compareTo(Position other) {
    return ORDER.compare(this, other);
  }
}
