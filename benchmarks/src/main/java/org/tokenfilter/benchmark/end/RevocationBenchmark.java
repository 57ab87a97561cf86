package org.tokenfilter.benchmark.end;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.tokenfilter.benchmark.database.PostgresDatabase;
import org.tokenfilter.benchmark.database.PostgresServer;
import org.tokenfilter.benchmark.report.Report;
import org.tokenfilter.benchmark.report.Table;

/** The delay until one node refuses tokens that another node has revoked in PostgreSQL. */
public final class RevocationBenchmark {

  /**
   * Each lag with the time over which its revocations are spread: several polls, and few tokens at
   * once.
   */
  private static final List<Lag> LAGS =
      List.of(
          new Lag(Duration.ZERO, Duration.ofSeconds(4)),
          new Lag(Duration.ofSeconds(1), Duration.ofSeconds(6)),
          new Lag(Duration.ofSeconds(5), Duration.ofSeconds(15)));

  private static final int REVOCATIONS = 400;
  private static final double MEDIAN = 50;
  private static final double TAIL = 99;
  private static final double MICROS_A_MILLI = TimeUnit.MILLISECONDS.toMicros(1);

  private final Path folder;
  private final Report report;

  private record Lag(Duration lag, Duration spread) {}

  /**
   * Creates the benchmark.
   *
   * @param folder the folder for keys and the database
   */
  public RevocationBenchmark(Path folder, Report report) {
    this.folder = folder;
    this.report = report;
  }

  /** Runs the benchmark, and writes the report. */
  public void run() throws Exception {
    Files.createDirectories(folder);
    Table table =
        new Table("token.revocation.lag", "NOTIFY", "ends", "p50 ms", "p99 ms", "longest ms");
    try (PostgresServer server = new PostgresServer(folder.resolve("postgres"))) {
      for (Lag lag : LAGS) {
        for (boolean listen : List.of(false, true)) {
          Histogram micros = measure(server, lag, listen);
          table.row(
              lag.lag().toString(),
              listen ? "on" : "off",
              String.valueOf(micros.getTotalCount()),
              millis(micros.getValueAtPercentile(MEDIAN)),
              millis(micros.getValueAtPercentile(TAIL)),
              millis(micros.getMaxValue()));
        }
      }
    }
    report.write("ends", table + "\n");
  }

  private Histogram measure(PostgresServer server, Lag lag, boolean listen) throws Exception {
    try (PostgresDatabase database = server.newDatabase();
        PostgresDatabase same = database.withSeparatePool();
        RevocationNode revoker = new RevocationNode(same, folder, lag.lag(), listen);
        RevocationNode observer = new RevocationNode(database, folder, lag.lag(), listen)) {
      return new RevocationDelays(revoker.service(), observer.service())
          .measure(lag.spread(), REVOCATIONS);
    }
  }

  private static String millis(long micros) {
    return String.format(Locale.ROOT, "%,.1f", micros / MICROS_A_MILLI);
  }
}
