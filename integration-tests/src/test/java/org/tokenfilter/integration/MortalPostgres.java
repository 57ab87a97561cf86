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

/** A PostgreSQL server for one test class, which may be killed and started again on its data. */
final class MortalPostgres implements AutoCloseable {

  /** How many connections it has. */
  static final int CONNECTIONS = 12;

  private static final Duration BOUND = Duration.ofMinutes(1);

  private final Path folder;
  private EmbeddedPostgres server;

  MortalPostgres() throws IOException {
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
            .setServerConfig("max_connections", String.valueOf(CONNECTIONS))
            // As PostgreSQL has it by itself; the library turns it off.
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

  /** Kills the server without a moment to tidy up, and waits until nothing of it is left. */
  void kill() throws IOException {
    List<ProcessHandle> all = processes();
    if (!all.get(0).destroyForcibly()) {
      throw new IllegalStateException("the server cannot be killed");
    }
    // Its other processes end when they see that it is gone; until then nobody may take its place.
    awaitEnd(all);
  }

  /** The server's first process, and those that it has started. */
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
    // Only lets go of the data directory: there is no server to stop any more.
    server.close();
    server = run(port);
  }

  /** Stops the server and deletes its data. */
  @Override
  public void close() throws IOException {
    List<ProcessHandle> all = processes();
    server.close();
    // That waits no longer than some seconds.
    awaitEnd(all);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
