package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/** Sweeps of many revoked records while live ones are renewed. */
class PostgresSweepTest {

  /** The number of live records. Larger runs: -Dsweep.live=100000 -Dsweep.dead=1000000. */
  private static final int LIVE = Integer.getInteger("sweep.live", 5_000);

  private static final int DEAD = Integer.getInteger("sweep.dead", 50_000);

  private final HikariDataSource pool = PostgresServer.pool(PostgresServer.newDatabase(), 4);

  private final TokenStore store =
      JdbcTokenStore.builder(pool).createSchema(true).timeout(Duration.ofSeconds(30)).open();

  private final ManyRecords records = new ManyRecords(pool, store);
  private final Instant now = Clock.systemUTC().instant();
  private final ExecutorService threads = Executors.newFixedThreadPool(2);

  @AfterEach
  void stop() {
    threads.shutdownNow();
    store.close();
    pool.close();
  }

  @Test
  void sweepsRevokedRecordsWhileLiveOnesAreRenewed() throws Exception {
    records.insertLive(LIVE, now);
    records.insertRevoked(DEAD, now);
    records.execute("vacuum analyze token_record");
    List<Long> undisturbed = new ArrayList<>();
    for (int round = 0; round < 100; round++) {
      undisturbed.add(renew(round));
    }

    long begun = System.nanoTime();
    // Two nodes.
    List<Future<List<Long>>> sweeping =
        List.of(threads.submit(this::sweepAll), threads.submit(this::sweepAll));
    List<Long> disturbed = new ArrayList<>();
    while (!sweeping.stream().allMatch(Future::isDone)) {
      disturbed.add(renew(disturbed.size()));
    }
    List<Long> sweeps = new ArrayList<>(sweeping.get(0).get());
    sweeps.addAll(sweeping.get(1).get());

    Measurements.append(
        "PostgreSQL, %,d dead deleted by two sweepers beside %,d live in %d ms; a sweep of"
            + " 1,000: p50 %d ms, longest %d ms; 100 renewals: p50 %d us, p99 %d us, undisturbed"
            + " p50 %d us, p99 %d us",
        DEAD,
        LIVE,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun),
        percentile(sweeps, 50) / 1_000,
        percentile(sweeps, 100) / 1_000,
        percentile(disturbed, 50),
        percentile(disturbed, 99),
        percentile(undisturbed, 50),
        percentile(undisturbed, 99));
    assertThat(records.queryNumbers("select count(*), sum(ended) from token_record"))
        .containsExactly(LIVE + 1L, 0L);
  }

  /** Sweeps until nothing is left, and returns the duration of each sweep in microseconds. */
  private List<Long> sweepAll() {
    List<Long> times = new ArrayList<>();
    boolean more = true;
    while (more) {
      long begun = System.nanoTime();
      SweepResult sweep = store.sweep(0, now, now.minus(Duration.ofHours(1)), 1_000);
      times.add(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begun));
      assertThat(sweep.expired()).isEmpty();
      more = sweep.more();
    }
    return times;
  }

  /** Renews 100 records, and returns the duration in microseconds. */
  private long renew(int round) throws SQLException {
    Instant later = now.plusMillis(round);
    long begun = System.nanoTime();
    assertThat(store.renew(ManyRecords.randomRenewals(new Random(round), 100, LIVE, later), later))
        .isEmpty();
    return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begun);
  }

  private static long percentile(List<Long> times, int percent) {
    List<Long> sorted = times.stream().sorted().toList();
    return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
  }
}
