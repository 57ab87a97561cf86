package org.tokenfilter.benchmark.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A dedicated PostgreSQL server on the loopback address, in its default configuration. */
public final class PostgresServer implements AutoCloseable {

  private static final String USER = "postgres";

  private final AtomicInteger databases = new AtomicInteger();
  private final EmbeddedPostgres server;
  private final ProcessHandle process;

  /**
   * Starts the server.
   *
   * @param folder the folder for its binaries and data
   */
  public PostgresServer(Path folder) throws IOException {
    Path data = Files.createTempDirectory(Files.createDirectories(folder), "data").toRealPath();
    server =
        EmbeddedPostgres.builder()
            .setOverrideWorkingDirectory(folder.resolve("binaries").toAbsolutePath().toFile())
            .setDataDirectory(data.toFile())
            .setServerConfig("listen_addresses", "localhost")
            // The embedded server switches this off by default.
            .setServerConfig("synchronous_commit", "on")
            .start();
    process = ProcessHandle.of(pid(data)).orElseThrow();
  }

  private static long pid(Path data) throws IOException {
    try (Stream<String> lines = Files.lines(data.resolve("postmaster.pid"))) {
      return Long.parseLong(lines.findFirst().orElseThrow());
    }
  }

  /** Creates an empty database. */
  public PostgresDatabase newDatabase() throws SQLException {
    String name = "benchmark" + databases.incrementAndGet();
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    }
    return new PostgresDatabase(server.getJdbcUrl(USER, name), this);
  }

  /** Returns the CPU time of all its live processes, in nanoseconds. */
  long cpuNanos() {
    return process
        .descendants()
        .mapToLong(one -> one.info().totalCpuDuration().orElse(Duration.ZERO).toNanos())
        .sum();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
