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

/** Deletes dead records while live ones are found and renewed. */
final class SweepBenchmark {

  private static final int SEED = 11;
  private static final int STEP = 1_000;
  private static final int CALLS = 5_000;
  private static final double MEGABYTE = 1e6;
  private static final Duration RETENTION = Duration.ofHours(1);

  private final PostgresDatabase database;
  private final TokenStore store;
  private final RecordGenerator records;
  private final Instant now;
  private final Random random = new Random(SEED);

  SweepBenchmark(
      PostgresDatabase database, TokenStore store, RecordGenerator records, Instant now) {
    this.database = database;
    this.store = store;
    this.records = records;
    this.now = now;
  }

  String run(int dead) throws Exception {
    records.addDead(dead, now);
    String alone = sweepAlone(dead);
    records.addDead(dead, now);
    return alone + sweepUnderLoad(dead);
  }

  private String sweepAlone(int dead) throws SQLException {
    database.execute("checkpoint");
    Timings steps = new Timings();
    long wal = database.walBytes();
    long begin = System.nanoTime();
    sweepAll(steps);
    double seconds = secondsSince(begin);
    double megabytes = (database.walBytes() - wal) / MEGABYTE;
    requireGone();
    return String.format(
        Locale.ROOT,
        "%,d dead records were swept in %.1f s, %,d at a time, right after a checkpoint: %s; %,.0f MB"
            + " of WAL.%n%n",
        dead,
        seconds,
        STEP,
        describe(steps),
        megabytes);
  }

  private String sweepUnderLoad(int dead) throws Exception {
    Timings quietFinds = new Timings();
    Timings quietDead = new Timings();
    Timings quietRenewals = new Timings();
    for (int i = 0; i < CALLS; i++) {
      timeCalls(quietFinds, quietDead, quietRenewals, i, dead);
    }
    database.execute("checkpoint");
    Timings finds = new Timings();
    Timings ofDead = new Timings();
    Timings renewals = new Timings();
    Timings steps = new Timings();
    long begin = System.nanoTime();
    ExecutorService sweeper = Executors.newSingleThreadExecutor();
    try {
      Future<?> sweep = sweeper.submit(() -> sweepAll(steps));
      for (int i = CALLS; !sweep.isDone(); i++) {
        timeCalls(finds, ofDead, renewals, i, dead);
      }
      sweep.get();
    } finally {
      sweeper.shutdownNow();
    }
    double seconds = secondsSince(begin);
    requireGone();
    return new Table(
                "beside a sweep", "p50, p99, longest us before", "p50, p99, longest us meanwhile")
            .row("find a live one", format(quietFinds), format(finds))
            .row("find one that is swept", format(quietDead), format(ofDead))
            .row("renew one", format(quietRenewals), format(renewals))
        + String.format(
            Locale.ROOT,
            "%nBeside that load, the same number was swept in %.1f s: %s.%n%n",
            seconds,
            describe(steps));
  }

  private static double secondsSince(long begin) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) / 1e3;
  }

  private static String describe(Timings steps) {
    return String.format(
        Locale.ROOT,
        "a step took %,.0f us (p50), %,.0f us (p99), the longest %,.0f ms",
        steps.medianMicros(),
        steps.p99Micros(),
        steps.longestMicros() / 1e3);
  }

  private static String format(Timings timings) {
    return String.format(Locale.ROOT, "%s, %,.0f", timings, timings.longestMicros());
  }

  /**
   * Times one lookup of a live record, one of a dead record, and one renewal. A lookup of a dead
   * token must be as fast as any other.
   */
  private void timeCalls(Timings finds, Timings ofDead, Timings renewals, int call, int dead) {
    var id = records.randomLive(random);
    finds.time(() -> records.requireFound(id));
    var gone = records.randomDead(random, dead);
    ofDead.time(() -> store.find(gone));
    Instant later = now.plusSeconds(60).plusMillis(call);
    var uses = records.randomRenewals(random, 1, later);
    renewals.time(() -> records.requireRenewed(uses, later));
  }

  private void sweepAll(Timings steps) {
    boolean[] more = {true};
    while (more[0]) {
      steps.time(() -> more[0] = store.sweep(0, now, now.minus(RETENTION), STEP).more());
    }
  }

  private void requireGone() throws SQLException {
    List<Long> left = database.numbers("select count(*) from token_record where ended = 1");
    if (left.get(0) > 0) {
      throw new IllegalStateException(left.get(0) + " dead records are left");
    }
  }
}
