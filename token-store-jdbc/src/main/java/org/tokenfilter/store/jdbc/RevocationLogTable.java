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
import org.tokenfilter.store.RecentRevocations;
import org.tokenfilter.store.TokenId;

/**
 * The table of revocations and their times by the database's clock (S12). It is separate from the
 * records, so that a record that was revoked and deleted at once is still reported. Thread-safe.
 */
final class RevocationLogTable {

  private record Entry(Instant storeTime, Instant endedAt, @Nullable TokenId id) {

    /** Returns whether the entry was read so early that no later reader can have missed it. */
    boolean isRecent() {
      return Duration.between(endedAt, storeTime).compareTo(Transactions.MAX_COMMIT_DELAY) <= 0;
    }
  }

  /** The most entries that one transaction reports again; a subject may have more dead records. */
  static final int MAX_REPORTED_AGAIN = 5_000;

  private final Duration retention;

  /** The time after its entry was written until which a revocation may be acknowledged. */
  private final Duration maxAcknowledgementDelay;

  private final RevocationNotifier notifier;
  private final ReportedRevocations reported = new ReportedRevocations();
  private final String add;
  private final String revokedWithin;
  private final String due;
  private final String trim;

  /**
   * The time up to which entries were deleted. It is a hint that saves a scan of deleted rows that
   * the database has not cleared yet.
   */
  private final AtomicLong trimmedUpTo = new AtomicLong(Long.MIN_VALUE);

  RevocationLogTable(
      TableNames tableNames,
      Dialect dialect,
      Duration retention,
      Duration timeout,
      RevocationNotifier notifier) {
    this.notifier = notifier;
    this.retention = retention;
    this.maxAcknowledgementDelay = Transactions.maxAcknowledgementDelay(timeout);
    this.add =
        tableNames.sql(
            """
            insert into ${prefix}token_end (ended_by_store_clock, id) values (${clock}, ?)\
            """
                .replace("${clock}", dialect.clock()));
    this.revokedWithin =
        tableNames.sql(
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
        tableNames.sql(
            """
            select max(ended_by_store_clock) as last_one from (
              select ended_by_store_clock from ${prefix}token_end
              where ended_by_store_clock > ? and ended_by_store_clock < ${clock} - ?
              order by ended_by_store_clock
              limit ?) log\
            """
                .replace("${clock}", dialect.readingClock()));
    this.trim =
        tableNames.sql(
            """
            delete from ${prefix}token_end
            where ended_by_store_clock > ? and ended_by_store_clock <= ?\
            """);
  }

  /**
   * Adds entries. Must be the last statement of a transaction, so that the time of an entry is late
   * rather than early.
   */
  void add(SqlExecutor executor, Collection<TokenId> ids) throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    ids.forEach(id -> rows.add(new @Nullable Object[] {id}));
    executor.batch(add, rows);
    notifier.publish(executor, ids);
    executor.afterCommit(() -> reported.add(ids));
  }

  /**
   * Reports revocations again that are about to be acknowledged although they happened before,
   * because their commit may have been delayed for longer than readers look back. Writes one row
   * for each revocation that is not known to have been reported in time, and none for the others.
   */
  void reportAgain(SqlExecutor executor, Collection<TokenId> ended) throws SQLException {
    List<TokenId> missing = reported.unreported(ended);
    for (int from = MAX_REPORTED_AGAIN; from < missing.size(); from += MAX_REPORTED_AGAIN) {
      List<TokenId> some =
          missing.subList(from, Math.min(missing.size(), from + MAX_REPORTED_AGAIN));
      executor.addFollowUp(
          next -> {
            insertAgain(next, some);
            return some;
          });
    }
    if (!missing.isEmpty()) {
      insertAgain(executor, missing.subList(0, Math.min(missing.size(), MAX_REPORTED_AGAIN)));
    }
  }

  private void insertAgain(SqlExecutor executor, List<TokenId> ended) throws SQLException {
    try {
      add(executor, ended);
    } catch (SQLException e) {
      if (SqlErrors.isDuplicateKey(e)) {
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
  RecentRevocations revokedWithin(SqlExecutor executor, Duration window, int limit)
      throws SQLException {
    if (window.compareTo(retention) > 0) {
      throw new IllegalArgumentException(
          "revocations are kept for " + retention + "; the window must not be longer: " + window);
    }
    List<Entry> entries =
        executor.query(
            revokedWithin,
            row ->
                new Entry(
                    Instant.ofEpochMilli(row.getLong("store_time")),
                    Instant.ofEpochMilli(row.getLong("ended_by_store_clock")),
                    RecordRows.idOrNull(row, "id")),
            window.plus(maxAcknowledgementDelay).toMillis(),
            limit + 1L);
    List<TokenId> ids = ids(entries.stream());
    reported.add(ids(entries.stream().filter(Entry::isRecent)));
    boolean complete = ids.size() <= limit;
    return new RecentRevocations(
        new HashSet<>(complete ? ids : ids.subList(0, limit)),
        complete,
        entries.get(0).storeTime());
  }

  private static List<TokenId> ids(Stream<Entry> entries) {
    return entries.map(Entry::id).filter(Objects::nonNull).toList();
  }

  /** Deletes about {@code limit} of the entries that are older than any reader may request. */
  void trim(SqlExecutor executor, int limit) throws SQLException {
    long from = trimmedUpTo.get();
    Long last =
        executor
            .query(
                due,
                row -> {
                  long time = row.getLong("last_one");
                  return row.wasNull() ? from : time;
                },
                from,
                retention.plus(maxAcknowledgementDelay).toMillis(),
                limit)
            .get(0);
    if (last > from) {
      executor.update(trim, from, last);
      trimmedUpTo.accumulateAndGet(last, Math::max);
    }
  }
}
