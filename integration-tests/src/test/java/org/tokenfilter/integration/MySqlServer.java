package org.tokenfilter.integration;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A MySQL server 8.0.15 for all tests of this module; it stops with the JVM. */
final class MySqlServer {

  /** The reason that a skipped test reports. */
  static final String MISSING =
      "MySQL 8.0.15 does not run here: it needs Linux and libaio.so.1 (Debian 12: apt-get install"
          + " libaio1)";

  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static final int SECONDS_TO_INITIALIZE = 180;

  /** The server, started on first use. */
  private static final class Holder {
    static final MySqlServer SERVER = new MySqlServer();
  }

  private final Path folder = Fork.folder("mysql");
  private final int port;

  private MySqlServer() {
    try {
      unpack();
      deleteOldData();
      List<String> options =
          List.of("--basedir=" + base(), "--datadir=" + folder.resolve("data"), "--user=root");
      run(options, "--initialize-insecure").waitFor(SECONDS_TO_INITIALIZE, TimeUnit.SECONDS);
      port = freePort();
      Process server =
          run(
              options,
              "--port=" + port,
              "--bind-address=127.0.0.1",
              "--mysqlx=off",
              "--socket=" + folder.resolve("socket"),
              "--pid-file=" + folder.resolve("pid"));
      Runtime.getRuntime().addShutdownHook(new Thread(server::destroyForcibly));
      await().atMost(PostgresServer.LONGEST_START).until(this::isReady);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Returns whether the server of the dependency runs on this machine. */
  static boolean isAvailable() {
    try {
      unpack();
      Process version =
          new ProcessBuilder(program(), "--version").redirectErrorStream(true).start();
      version.getInputStream().readAllBytes();
      return version.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Creates a new, empty database and returns its URL. */
  static String newDatabase() {
    String name = "tokens" + DATABASES.incrementAndGet();
    try (Connection connection = DriverManager.getConnection(Holder.SERVER.url("mysql"));
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return Holder.SERVER.url(name);
  }

  private String url(String database) {
    return "jdbc:mysql://127.0.0.1:%d/%s?user=root&sslMode=DISABLED&allowPublicKeyRetrieval=true"
        .formatted(port, database);
  }

  private boolean isReady() {
    try (Connection connection = DriverManager.getConnection(url("mysql"))) {
      return connection.isValid(1);
    } catch (SQLException starting) {
      return false;
    }
  }

  private Process run(List<String> options, String... more) throws IOException {
    List<String> command = new ArrayList<>(List.of(program(), "--no-defaults"));
    command.addAll(options);
    command.add("--lc-messages-dir=" + base().resolve("share"));
    command.addAll(List.of(more));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
        .start();
  }

  private static Path base() {
    return Fork.folder("mysql").resolve("base");
  }

  private static String program() {
    return base().resolve("bin").resolve("mysqld").toString();
  }

  private static void unpack() throws IOException {
    if (Files.isExecutable(Path.of(program()))) {
      return;
    }
    Files.createDirectories(base());
    Process tar = new ProcessBuilder("tar", "xz", "-C", base().toString()).start();
    try (InputStream packed = MySqlServer.class.getResourceAsStream("/mysql-Linux-amd64.tar.gz");
        var input = tar.getOutputStream()) {
      Objects.requireNonNull(packed).transferTo(input);
    }
    try {
      tar.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private void deleteOldData() throws IOException {
    Path data = folder.resolve("data");
    if (Files.exists(data)) {
      try (var files = Files.walk(data)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
