package org.tokenfilter.integration;

import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A primary and its standby with streaming replication, which can switch roles. */
final class PostgresPair implements AutoCloseable {

  private static final Duration BOUND = Duration.ofMinutes(1);

  /** Files that belong to a running server and are not part of its data. */
  private static final List<String> PROCESS_FILES =
      List.of("postmaster.pid", "postmaster.opts", "epg-lock");

  private final Path folder;
  private EmbeddedPostgres first;
  private EmbeddedPostgres second;

  PostgresPair() throws IOException, SQLException {
    Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
    folder = Files.createTempDirectory(target, "postgres-pair");
    first = run("first", 0);
    int port = first.getPort();
    first.close();
    copy(folder.resolve("first"), folder.resolve("second"));
    first = run("first", port);
    configureStandby("second", port);
    second = run("second", 0);
    awaitReplication(first);
  }

  private EmbeddedPostgres run(String name, int port) throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setOverrideWorkingDirectory(new File("target/postgres").getAbsoluteFile())
            .setDataDirectory(folder.resolve(name))
            .setCleanDataDirectory(false)
            .setPGStartupWait(PostgresServer.LONGEST_START)
            .setServerConfig("listen_addresses", "localhost")
            .setServerConfig("max_connections", "40")
            .setServerConfig("wal_level", "replica")
            .setServerConfig("max_wal_senders", "4");
    return (port == 0 ? builder : builder.setPort(port)).start();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        if (!PROCESS_FILES.contains(file.getFileName().toString())) {
          Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  private void configureStandby(String name, int port) throws IOException {
    Path data = folder.resolve(name);
    Files.createFile(data.resolve("standby.signal"));
    Files.writeString(
        data.resolve("postgresql.auto.conf"),
        "primary_conninfo = 'host=127.0.0.1 port=%d user=postgres'%n".formatted(port),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  int firstPort() {
    return first.getPort();
  }

  int secondPort() {
    return second.getPort();
  }

  static String url(int port) {
    return "jdbc:postgresql://localhost:" + port + "/postgres?user=postgres";
  }

  /** Switches over in order: the second server becomes the primary, the first one its standby. */
  void switchOver() throws IOException, SQLException {
    int port = first.getPort();
    first.close();
    execute(second.getPort(), "select pg_promote(true, 60)");
    configureStandby("first", second.getPort());
    first = run("first", port);
    awaitReplication(second);
  }

  static void execute(int port, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(port));
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void awaitReplication(EmbeddedPostgres primary) {
    await()
        .atMost(BOUND)
        .until(
            () -> {
              try (Connection connection = DriverManager.getConnection(url(primary.getPort()));
                  Statement statement = connection.createStatement();
                  ResultSet row =
                      statement.executeQuery(
                          """
                          select count(*) from pg_stat_replication
                          where replay_lsn >= pg_current_wal_lsn()\
                          """)) {
                return row.next() && row.getInt(1) == 1;
              }
            });
  }

  @Override
  public void close() throws IOException {
    second.close();
    first.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
