package org.tokenfilter.benchmark.scale;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.tokenfilter.benchmark.database.PostgresDatabase;
import org.tokenfilter.benchmark.report.Table;
import org.tokenfilter.store.TokenStore;

/** The dead are deleted while the living are found and renewed. */
final class SweepBenchmark {

  private static final int SEED = 11;
  private static final int STEP = 1_000;
  private static final int CALLS = 5_000;
  private static final double MEGABYTE = 1e6;
  private static final Duration RETENTION = Duration.ofHours(1);

  private final PostgresDatabase database;
  private final TokenStore store;
  private final ManyRecords records;
  private final Instant now;
  private final Random random = new Random(SEED);

  SweepBenchmark(PostgresDatabase database, TokenStore store, ManyRecords records, Instant now) {
    this.database = database;
    this.store = store;
    this.records = records;
    this.now = now;
  }

  String run(int dead) throws Exception {
    records.addDead(dead, now);
    Timings quietFinds = new Timings();
    Timings quietRenewals = new Timings();
    for (int i = 0; i < CALLS; i++) {
      use(quietFinds, quietRenewals, i);
    }
    database.execute("checkpoint");
    Timings finds = new Timings();
    Timings renewals = new Timings();
    Timings steps = new Timings();
    long wal = database.walBytes();
    long begin = System.nanoTime();
    ExecutorService sweeper = Executors.newSingleThreadExecutor();
    try {
      Future<?> sweep = sweeper.submit(() -> sweepAll(steps));
      for (int i = CALLS; !sweep.isDone(); i++) {
        use(finds, renewals, i);
      }
      sweep.get();
    } finally {
      sweeper.shutdownNow();
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    double megabytes = (database.walBytes() - wal) / MEGABYTE;
    requireGone();
    return new Table("beside a sweep", "p50, p99 us before", "p50, p99 us meanwhile")
            .row("find", quietFinds.toString(), finds.toString())
            .row("renew one", quietRenewals.toString(), renewals.toString())
        + String.format(
            Locale.ROOT,
            "%n%,d dead records were swept in %.1f s, %,d at a time: a step took %,.0f us (p50), the"
                + " longest %,.0f ms; %,.0f MB of WAL, the load's part included.%n%n",
            dead,
            millis / 1e3,
            STEP,
            steps.medianMicros(),
            steps.longestMicros() / 1e3,
            megabytes);
  }

  private void use(Timings finds, Timings renewals, int call) {
    var id = records.any(random);
    finds.time(() -> records.find(id));
    Instant later = now.plusSeconds(60).plusMillis(call);
    var uses = records.uses(random, 1, later);
    renewals.time(() -> records.renew(uses, later));
  }

  private void sweepAll(Timings steps) {
    boolean[] more = {true};
    while (more[0]) {
      steps.time(() -> more[0] = store.sweep(now, now.minus(RETENTION), STEP).more());
    }
  }

  private void requireGone() throws SQLException {
    List<Long> left = database.numbers("select count(*) from token_record where ended = 1");
    if (left.get(0) > 0) {
      throw new IllegalStateException(left.get(0) + " dead records are left");
    }
  }
}
