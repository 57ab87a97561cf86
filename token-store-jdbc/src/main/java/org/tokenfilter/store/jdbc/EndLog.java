package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ends;
import org.tokenfilter.store.TokenId;

/**
 * The table of revocations and their times by the database's clock (S12). It is separate from the
 * records, so that a record that was revoked and deleted at once is still reported. Thread-safe.
 */
final class EndLog {

  private record Entry(Instant storeTime, Instant endedAt, @Nullable TokenId id) {

    /** Returns whether the entry was read so early that no later reader can have missed it. */
    boolean young() {
      return Duration.between(endedAt, storeTime).compareTo(Transactions.LATEST_COMMIT) <= 0;
    }
  }

  /** The most entries that one transaction reports again; a subject may have more dead records. */
  static final int MOST_AGAIN = 5_000;

  private final Duration retention;

  /** The time after its entry was written until which a revocation may be acknowledged. */
  private final Duration untilAcknowledged;

  private final EndWatch watch;
  private final NamedEnds named = new NamedEnds();
  private final String add;
  private final String within;
  private final String due;
  private final String trim;

  /**
   * The time up to which entries were deleted. It is a hint that saves a scan of deleted rows that
   * the database has not cleared yet.
   */
  private final AtomicLong trimmed = new AtomicLong(Long.MIN_VALUE);

  EndLog(Tables tables, Dialect dialect, Duration retention, Duration timeout, EndWatch watch) {
    this.watch = watch;
    this.retention = retention;
    this.untilAcknowledged = Transactions.latestAcknowledgement(timeout);
    this.add =
        tables.sql(
            """
            insert into ${prefix}token_end (ended_by_store_clock, id) values (${clock}, ?)\
            """
                .replace("${clock}", dialect.clock()));
    this.within =
        tables.sql(
            """
            select now.store_time, log.ended_by_store_clock, log.id
            from (select ${clock} as store_time) now
            left join (
              select ended_by_store_clock, id from ${prefix}token_end
              where ended_by_store_clock >= ${clock} - ?
              order by ended_by_store_clock desc
              limit ?) log on 1 = 1\
            """
                .replace("${clock}", dialect.readingClock()));
    this.due =
        tables.sql(
            """
            select max(ended_by_store_clock) as last_one from (
              select ended_by_store_clock from ${prefix}token_end
              where ended_by_store_clock > ? and ended_by_store_clock < ${clock} - ?
              order by ended_by_store_clock
              limit ?) log\
            """
                .replace("${clock}", dialect.readingClock()));
    this.trim =
        tables.sql(
            """
            delete from ${prefix}token_end
            where ended_by_store_clock > ? and ended_by_store_clock <= ?\
            """);
  }

  /**
   * Adds entries. Must be the last statement of a transaction, so that the time of an entry is late
   * rather than early.
   */
  void add(Session session, Collection<TokenId> ids) throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    ids.forEach(id -> rows.add(new @Nullable Object[] {id}));
    session.batch(add, rows);
    watch.tell(session, ids);
    session.afterCommit(() -> named.add(ids));
  }

  /**
   * Reports revocations again that are about to be acknowledged although they happened before,
   * because their commit may have been delayed for longer than readers look back. Writes one row
   * for each revocation that is not known to have been reported in time, and none for the others.
   */
  void addAgain(Session session, Collection<TokenId> ended) throws SQLException {
    List<TokenId> missing = named.missing(ended);
    for (int from = MOST_AGAIN; from < missing.size(); from += MOST_AGAIN) {
      List<TokenId> some = missing.subList(from, Math.min(missing.size(), from + MOST_AGAIN));
      session.alsoDo(
          next -> {
            writeAgain(next, some);
            return some;
          });
    }
    if (!missing.isEmpty()) {
      writeAgain(session, missing.subList(0, Math.min(missing.size(), MOST_AGAIN)));
    }
  }

  private void writeAgain(Session session, List<TokenId> ended) throws SQLException {
    try {
      add(session, ended);
    } catch (SQLException e) {
      if (Failures.duplicate(e)) {
        // Another transaction wrote it in the same millisecond; the retry comes in a later one.
        throw new SQLTransactionRollbackException(
            "the same revocation was logged twice in a millisecond", "40001", e);
      }
      throw e;
    }
  }

  /**
   * Returns the revocations within the window, the latest first, so that an incomplete result
   * contains the latest ones.
   *
   * @throws IllegalArgumentException if the window is longer than the retention
   */
  Ends within(Session session, Duration window, int limit) throws SQLException {
    if (window.compareTo(retention) > 0) {
      throw new IllegalArgumentException(
          "revocations are kept for " + retention + "; the window must not be longer: " + window);
    }
    List<Entry> entries =
        session.query(
            within,
            row ->
                new Entry(
                    Instant.ofEpochMilli(row.getLong("store_time")),
                    Instant.ofEpochMilli(row.getLong("ended_by_store_clock")),
                    RecordRows.idOrNull(row, "id")),
            window.plus(untilAcknowledged).toMillis(),
            limit + 1L);
    List<TokenId> ids = ids(entries.stream());
    named.add(ids(entries.stream().filter(Entry::young)));
    boolean complete = ids.size() <= limit;
    return new Ends(
        new HashSet<>(complete ? ids : ids.subList(0, limit)),
        complete,
        entries.get(0).storeTime());
  }

  private static List<TokenId> ids(Stream<Entry> entries) {
    return entries.map(Entry::id).filter(Objects::nonNull).toList();
  }

  /** Deletes about {@code limit} of the entries that are older than any reader may request. */
  void trim(Session session, int limit) throws SQLException {
    long from = trimmed.get();
    Long last =
        session
            .query(
                due,
                row -> {
                  long time = row.getLong("last_one");
                  return row.wasNull() ? from : time;
                },
                from,
                retention.plus(untilAcknowledged).toMillis(),
                limit)
            .get(0);
    if (last > from) {
      session.update(trim, from, last);
      trimmed.accumulateAndGet(last, Math::max);
    }
  }
}
