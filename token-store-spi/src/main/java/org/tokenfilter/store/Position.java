package org.tokenfilter.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;

/**
 * A record's place among others: by the time of issue, then by id; the oldest comes first.
 *
 * @param issuedAt to the millisecond
 * @param id the record
 */
public record Position(Instant issuedAt, TokenId id) implements Comparable<Position> {

  private static final Comparator<Position> ORDER =
      Comparator.comparing(Position::issuedAt).thenComparing(Position::id);

  /** Cuts {@code issuedAt} to the millisecond. */
  public Position {
    issuedAt = issuedAt.truncatedTo(ChronoUnit.MILLIS);
  }

  /** The place of this record. */
  public static Position of(TokenRecord record) {
    return new Position(record.issuedAt(), record.id());
  }

  @Override
  public int compareTo(Position other) {
    return ORDER.compare(this, other);
  }
}
