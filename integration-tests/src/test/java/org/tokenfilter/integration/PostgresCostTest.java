package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/** The cost of renewals, sweeps and rows on PostgreSQL, in counts that hold on any machine. */
class PostgresCostTest {

  /** A pool of one connection, so that its statistics can be read when they are needed. */
  private final HikariDataSource pool = PostgresServer.pool(PostgresServer.newDatabase(), 1);

  private final TokenStore store =
      JdbcTokenStore.builder(pool).createSchema(true).timeout(Duration.ofSeconds(30)).open();

  private final ManyRecords records = new ManyRecords(pool, store);
  private final Instant now = Clock.systemUTC().instant();
  private final Random random = new Random(7);

  @AfterEach
  void stop() {
    store.close();
    pool.close();
  }

  @Test
  void scatteredRenewalsTouchNoIndex() throws SQLException {
    records.insertLive(100_000, now);
    records.execute("vacuum analyze token_record");
    List<Long> before = countUpdates();

    for (int round = 1; round <= 50; round++) {
      Instant later = now.plusSeconds(round);
      assertThat(store.renew(ManyRecords.randomRenewals(random, 1_000, 100_000, later), later))
          .isEmpty();
    }

    List<Long> after = countUpdates();
    double all = after.get(0) - before.get(0);
    double hot = after.get(1) - before.get(1);
    Measurements.append("PostgreSQL, 50 x 1,000 of 100,000 renewed: %.1f %% HOT", 100 * hot / all);
    assertThat(all).isEqualTo(50_000);
    assertThat(hot / all).isGreaterThanOrEqualTo(0.95);
  }

  @Test
  void tenThousandRenewalsAreOneStatement() throws SQLException {
    records.insertLive(10_000, now);
    records.execute("vacuum analyze token_record");
    CountingDataSource counted = new CountingDataSource(pool);
    try (TokenStore counting = JdbcTokenStore.builder(counted.source).open()) {
      counted.sent.set(0);
      long begun = System.nanoTime();

      assertThat(counting.renew(ManyRecords.randomRenewals(random, 10_000, 10_000, now), now))
          .isEmpty();

      Measurements.append(
          "PostgreSQL, 10,000 renewals: %d statement, %d ms",
          counted.sent.get(), Duration.ofNanos(System.nanoTime() - begun).toMillis());
      assertThat(counted.sent).hasValue(1);
    }
  }

  @Test
  void findIsOneStatement() throws SQLException {
    records.insertLive(10, now);
    CountingDataSource counted = new CountingDataSource(pool);
    try (TokenStore counting = JdbcTokenStore.builder(counted.source).open()) {
      counted.sent.set(0);
      counting.find(ManyRecords.randomRenewals(random, 1, 10, now).get(0).id());
      assertThat(counted.sent).hasValue(1);
    }
  }

  @Test
  void liveTokenTakesFewBytesWithIndexes() throws SQLException {
    records.insertLive(50_000, now);
    records.execute("vacuum analyze token_record");
    long table = records.queryNumbers("select pg_table_size('token_record')").get(0);
    long indexes = records.queryNumbers("select pg_indexes_size('token_record')").get(0);
    long row =
        records.queryNumbers("select avg(pg_column_size(r.*))::bigint from token_record r").get(0);
    Measurements.append(
        "PostgreSQL, bytes a live token: %d in the table (row %d, pages 80 %% full), %d in indexes,"
            + " %d in all",
        table / 50_000, row, indexes / 50_000, (table + indexes) / 50_000);
    assertThat((table + indexes) / 50_000).isLessThanOrEqualTo(400);
  }

  @Test
  void emptySweepReadsFewBlocks() throws SQLException {
    records.insertLive(200_000, now);
    records.execute("vacuum analyze token_record");
    // The first sweep prepares its statements, which reads the catalogue.
    assertThat(store.sweep(0, now, now, 1_000).more()).isFalse();
    long before = countBlockReads();

    assertThat(store.sweep(0, now, now, 1_000)).isEqualTo(new SweepResult(List.of(), 0, false));

    long blocks = countBlockReads() - before;
    Measurements.append("PostgreSQL, a sweep that finds nothing among 200,000: %d blocks", blocks);
    assertThat(blocks).isLessThan(100);
  }

  @Test
  void noCallScansTheWholeTable() throws SQLException {
    records.insertLive(200_000, now);
    records.execute("vacuum analyze token_record");
    store.sweep(0, now, now, 1_000);
    long before = countTableScans();

    // Often enough that the driver and the server cache the statements and their plans.
    for (int user = 1; user <= 20; user++) {
      callEach("user-" + user);
    }

    assertThat(countTableScans() - before).isZero();
  }

  @Test
  void subjectWithManyTokensIsReadPageByPage() throws SQLException {
    records.insertLiveOfSubject("machine", 100_000, now);
    records.execute("vacuum analyze token_record");
    Instant later = now.plus(Duration.ofMinutes(5));
    store.list("machine", later, null, 50);
    long before = countBlockReads();

    List<TokenRecord> page = store.list("machine", later, null, 50);
    TokenRecord last = page.get(49);
    List<TokenRecord> next =
        store.list("machine", later, new PageCursor(last.issuedAt(), last.id()), 50);

    long blocks = countBlockReads() - before;
    Measurements.append(
        "PostgreSQL, two pages of 50 among 100,000 of one subject: %d blocks", blocks);
    assertThat(page).hasSize(50);
    assertThat(next).hasSize(50).doesNotContainAnyElementsOf(page);
    assertThat(blocks).isLessThan(500);
    long begun = System.nanoTime();
    Selection all = Selection.ofSubject("machine");
    for (int portion = 0; portion < 10; portion++) {
      assertThat(store.revokeAll(all, Revocation.of(RevocationReason.CLOSED, later), 1_000))
          .hasSize(1_000);
    }
    Measurements.append(
        "PostgreSQL, 10,000 of 100,000 of one subject ended by portions of 1,000: %d ms",
        Duration.ofNanos(System.nanoTime() - begun).toMillis());
    assertThat(store.list("machine", later, null, 50)).isEqualTo(page);
  }

  /** Makes every kind of call that looks up rows, on tokens of this user. */
  private void callEach(String user) {
    Limit two = new Limit(2, Limit.Policy.EVICT_OLDEST);
    List<TokenRecord> found = store.list(user, now, null, 10);
    TokenRecord first = found.get(0);
    assertThat(found).hasSize(1);
    store.list(user, now, new PageCursor(first.issuedAt(), first.id()), 10);
    store.find(first.id());
    store.renew(List.of(new Renewal(first.id(), now, now.plusSeconds(9))), now);
    TokenRecord second = sameGroup(first, 1).parent(first.id()).build();
    TokenRecord third = sameGroup(first, 2).build();
    assertThat(store.insert(second, two, now).evicted()).isEmpty();
    assertThat(store.insert(third, two, now).evicted()).hasSize(2);
    assertThat(store.replace(third.id(), 0, sameGroup(first, 3).build(), Limit.NONE, now)).isTrue();
    assertThat(
            store.revokeAll(
                Selection.ofSubject(user), Revocation.of(RevocationReason.CLOSED, now), 10))
        .hasSize(1);
    store.amend(second.id(), 0, second.details().amended(1).build(), now);
    store.changes(0, store.changes(0, null, 10).cursor(), 10);
    store.find(List.of(first.id(), second.id()));
    store.mark(user, now.plusSeconds(9), now);
    store.sweep(0, now, now.plusSeconds(1), 1_000);
  }

  /** Returns a builder of another record of the same group. */
  private static TokenRecord.Builder sameGroup(TokenRecord record, int number) {
    byte[] id = record.id().bytes();
    id[0] += (byte) number;
    return TokenRecord.builder(
            TokenId.of(id), TokenKind.SESSION, record.subject(), record.issuedAt())
        .group(record.group());
  }

  private long countTableScans() throws SQLException {
    records.execute("select pg_stat_force_next_flush()");
    return records
        .queryNumbers("select seq_scan from pg_stat_user_tables where relname = 'token_record'")
        .get(0);
  }

  /** Returns the number of all updates of the table, and of those that stayed in their page. */
  private List<Long> countUpdates() throws SQLException {
    records.execute("select pg_stat_force_next_flush()");
    return records.queryNumbers(
        "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relname = 'token_record'");
  }

  private long countBlockReads() throws SQLException {
    records.execute("select pg_stat_force_next_flush()");
    return records
        .queryNumbers(
            """
            select sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read, 0)
              + coalesce(idx_blks_hit, 0))
            from pg_statio_user_tables""")
        .get(0);
  }
}
