package org.tokenfilter.integration;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A PgBouncer in front of a PostgreSQL server, on loopback, which can be killed and restarted. */
final class PgBouncer implements AutoCloseable {

  /** The reason that a skipped test reports. */
  static final String MISSING = "pgbouncer is not installed (Debian: apt-get install pgbouncer)";

  private static final Duration BOUND = Duration.ofMinutes(1);

  private static final String SETTINGS =
      """
      [databases]
      * = host=127.0.0.1 port=%d user=postgres

      [pgbouncer]
      listen_addr = 127.0.0.1
      listen_port = %d
      unix_socket_dir =
      auth_type = any
      ignore_startup_parameters = extra_float_digits
      max_client_conn = 500
      default_pool_size = 20
      %s
      """;

  private final Path folder;
  private final int port;
  private Process process;

  /** Starts a PgBouncer with these settings: lines such as {@code pool_mode = transaction}. */
  PgBouncer(int serverPort, String... settings) {
    try {
      Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
      folder = Files.createTempDirectory(target, "pgbouncer");
      port = freePort();
      Files.writeString(
          folder.resolve("pgbouncer.ini"),
          SETTINGS.formatted(serverPort, port, String.join("\n", settings)));
      makeReadable(target);
      process = run();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns whether the program is installed. */
  static boolean isInstalled() {
    return program() != null;
  }

  private static @Nullable Path program() {
    String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
    return Stream.of(path.split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, "pgbouncer"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  /**
   * Makes the settings readable for all users: PgBouncer does not run as root but as another user.
   */
  private void makeReadable(Path target) {
    for (Path path : List.of(target, folder)) {
      path.toFile().setReadable(true, false);
      path.toFile().setExecutable(true, false);
    }
  }

  private Process run() throws IOException {
    List<String> command = new ArrayList<>(List.of(String.valueOf(program())));
    if ("root".equals(System.getProperty("user.name"))) {
      command.addAll(List.of("-u", "nobody"));
    }
    command.add(folder.resolve("pgbouncer.ini").toString());
    Process started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("pgbouncer.log").toFile())
            .start();
    await()
        .atMost(BOUND)
        .until(
            () -> {
              if (!started.isAlive()) {
                throw new IllegalStateException(
                    Files.readString(folder.resolve("pgbouncer.log")).strip());
              }
              return acceptsConnections();
            });
    return started;
  }

  private boolean acceptsConnections() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Returns the URL of the same database through the pooler. */
  String url(String url) {
    return url.replaceFirst("localhost:[0-9]+", "localhost:" + port);
  }

  /**
   * Lets running transactions finish, and then makes all clients wait. Takes effect after a moment.
   */
  void pause() throws IOException {
    signal("USR1");
  }

  void resume() throws IOException {
    signal("USR2");
  }

  /** Changes a setting of the running pooler. Takes effect after a moment. */
  void changeSetting(String from, String to) throws IOException {
    Path settings = folder.resolve("pgbouncer.ini");
    Files.writeString(settings, Files.readString(settings).replace(from, to));
    signal("HUP");
  }

  private void signal(String name) throws IOException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).inheritIO().start();
  }

  /** Kills the pooler, which has no chance to notify its clients. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("pgbouncer did not exit");
    }
  }

  /** Starts the pooler again on the same port. */
  void start() throws IOException {
    process = run();
  }

  @Override
  public void close() {
    try {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
