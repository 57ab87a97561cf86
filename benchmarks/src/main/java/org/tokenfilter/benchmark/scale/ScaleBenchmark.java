package org.tokenfilter.benchmark.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.tokenfilter.benchmark.database.PostgresDatabase;
import org.tokenfilter.benchmark.database.PostgresServer;
import org.tokenfilter.benchmark.report.Report;
import org.tokenfilter.benchmark.report.Table;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/** The cost of the PostgreSQL store as the number of records grows, and during a sweep. */
public final class ScaleBenchmark {

  private static final List<Integer> SIZES = List.of(1_000, 100_000, 1_000_000, 10_000_000);
  private static final List<String> TABLES = List.of("token_record", "token_change");
  private static final long GOAL = 100_000_000;
  private static final double GIGABYTE = 1e9;
  private static final int SEED = 7;
  private static final int FINDS = 20_000;
  private static final int BATCH = 1_000;
  private static final int BATCHES = 50;
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  private final Path folder;
  private final Report report;
  private final int maxRecords;
  private final int dead;
  private final Random random = new Random(SEED);
  private final Instant begin = Clock.systemUTC().instant();

  /**
   * Creates the benchmark.
   *
   * @param folder the folder for the database
   * @param report the report to write
   * @param most the maximum number of records
   * @param dead the number of dead records to sweep
   */
  public ScaleBenchmark(Path folder, Report report, int most, int dead) {
    this.folder = folder;
    this.report = report;
    this.maxRecords = most;
    this.dead = dead;
  }

  /** Runs the benchmark, and writes the report. */
  public void run() throws Exception {
    Files.createDirectories(folder);
    try (PostgresServer server = new PostgresServer(folder.resolve("postgres"));
        PostgresDatabase database = server.newDatabase();
        TokenStore store =
            JdbcTokenStore.builder(database.source()).createSchema(true).timeout(TIMEOUT).open()) {
      RecordGenerator records = new RecordGenerator(database, store);
      String sizes = sizes(database, records);
      String sweep = new SweepBenchmark(database, store, records, begin).run(dead);
      report.write("scale", sizes + sweep);
    }
  }

  private String sizes(PostgresDatabase database, RecordGenerator records)
      throws SQLException, IOException {
    Table table =
        new Table(
            "records",
            "find p50, p99 us",
            "p50 / p50 of the first",
            "1,000 renewals p50, p99 us",
            "WAL B a renewal",
            "bytes a record");
    List<Double> medians = new ArrayList<>();
    double bytes = 0;
    for (int size : SIZES.stream().filter(size -> size <= maxRecords).toList()) {
      records.growTo(size, begin);
      Timings finds = finds(records);
      medians.add(finds.medianMicros());
      bytes = (double) database.bytes(TABLES) / size;
      RenewalTimings batches = renewals(database, records, size);
      table.row(
          format("%,d", size),
          finds.toString(),
          format("%.2f", finds.medianMicros() / medians.get(0)),
          batches.times.toString(),
          format("%,.0f", batches.walBytes),
          format("%,.0f", bytes));
      System.err.println("measured: " + size);
    }
    return table
        + format(
            "%nAt %,.0f bytes a record, with all indexes, %,d live tokens take %,.0f GB. A find walks"
                + " one more page of its index each time the records become about 150 times as"
                + " many.%n%n",
            bytes, GOAL, bytes * GOAL / GIGABYTE);
  }

  private Timings finds(RecordGenerator records) {
    IntStream.range(0, FINDS).forEach(warm -> records.requireFound(records.randomLive(random)));
    Timings finds = new Timings();
    for (int i = 0; i < FINDS; i++) {
      var id = records.randomLive(random);
      finds.time(() -> records.requireFound(id));
    }
    return finds;
  }

  private record RenewalTimings(Timings times, double walBytes) {}

  private RenewalTimings renewals(PostgresDatabase database, RecordGenerator records, int size)
      throws SQLException {
    // The most expensive time: after a checkpoint, the first write to a page logs the whole page.
    database.execute("checkpoint");
    Timings times = new Timings();
    int batch = Math.min(BATCH, size / 2);
    renew(records, new Timings(), batch, begin.plusMillis(1));
    long wal = database.walBytes();
    for (int i = 0; i < BATCHES; i++) {
      renew(records, times, batch, begin.plusSeconds(1 + i));
    }
    return new RenewalTimings(times, (database.walBytes() - wal) / (double) (BATCHES * batch));
  }

  private void renew(RecordGenerator records, Timings times, int batch, Instant at) {
    var uses = records.randomRenewals(random, batch, at);
    times.time(() -> records.requireRenewed(uses, at));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
