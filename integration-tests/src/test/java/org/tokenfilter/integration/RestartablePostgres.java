package org.tokenfilter.integration;

import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL server for one test class, which can be killed and restarted on its data. */
final class RestartablePostgres implements AutoCloseable {

  /** The maximum number of connections. */
  static final int MAX_CONNECTIONS = 12;

  private static final Duration BOUND = Duration.ofMinutes(1);

  private final Path folder;
  private EmbeddedPostgres server;

  RestartablePostgres() throws IOException {
    Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
    folder = Files.createTempDirectory(target, "mortal-postgres");
    server = run(0);
  }

  private EmbeddedPostgres run(int port) throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setOverrideWorkingDirectory(new File("target/postgres").getAbsoluteFile())
            .setDataDirectory(folder)
            .setCleanDataDirectory(false)
            .setPGStartupWait(PostgresServer.LONGEST_START)
            .setServerConfig("listen_addresses", "localhost")
            .setServerConfig("max_connections", String.valueOf(MAX_CONNECTIONS))
            // PostgreSQL's default, which the library turns off.
            .setServerConfig("synchronous_commit", "on");
    return (port == 0 ? builder : builder.setPort(port)).start();
  }

  int port() {
    return server.getPort();
  }

  static String url(int port, String database) {
    return "jdbc:postgresql://localhost:" + port + "/" + database;
  }

  Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(url(port(), database), "postgres", "");
  }

  /** Kills the server without cleanup, and waits until all its processes have exited. */
  void kill() throws IOException {
    List<ProcessHandle> all = processes();
    if (!all.get(0).destroyForcibly()) {
      throw new IllegalStateException("the server cannot be killed");
    }
    // Its other processes exit once they notice; no new server may start before.
    awaitEnd(all);
  }

  /** Returns the server's main process and its descendants. */
  private List<ProcessHandle> processes() throws IOException {
    String pid = Files.readAllLines(folder.resolve("postmaster.pid")).get(0).strip();
    ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    return Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
  }

  private static void awaitEnd(List<ProcessHandle> processes) {
    await().atMost(BOUND).until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
  }

  /** Starts a killed server on the same data and port. */
  void start() throws IOException {
    int port = port();
    // Only releases the data directory: the server has already stopped.
    server.close();
    server = run(port);
  }

  /** Stops the server and deletes its data. */
  @Override
  public void close() throws IOException {
    List<ProcessHandle> all = processes();
    server.close();
    // The library waits for some seconds only.
    awaitEnd(all);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
