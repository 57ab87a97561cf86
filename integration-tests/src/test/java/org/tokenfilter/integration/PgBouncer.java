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

/** A PgBouncer in front of a PostgreSQL server, on loopback; it may be killed and started again. */
final class PgBouncer implements AutoCloseable {

  /** How a test says why it is skipped. */
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

  /** Settings are lines such as {@code pool_mode = transaction}. */
  PgBouncer(int serverPort, String... settings) {
    try {
      Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
      folder = Files.createTempDirectory(target, "pgbouncer");
      port = freePort();
      Files.writeString(
          folder.resolve("pgbouncer.ini"),
          SETTINGS.formatted(serverPort, port, String.join("\n", settings)));
      open(target);
      process = run();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether there is the program. */
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

  /** It does not run as root, and then belongs to somebody who has to read its settings. */
  private void open(Path target) {
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
              return answers();
            });
    return started;
  }

  private boolean answers() {
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

  /** The same URL, of the same database, by way of the pooler. */
  String url(String url) {
    return url.replaceFirst("localhost:[0-9]+", "localhost:" + port);
  }

  /** Lets what is under way end, and then keeps everybody waiting. Takes a moment to begin. */
  void pause() throws IOException {
    signal("USR1");
  }

  void resume() throws IOException {
    signal("USR2");
  }

  /** Changes a setting of the running pooler. Takes a moment to begin. */
  void change(String from, String to) throws IOException {
    Path settings = folder.resolve("pgbouncer.ini");
    Files.writeString(settings, Files.readString(settings).replace(from, to));
    signal("HUP");
  }

  private void signal(String name) throws IOException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).inheritIO().start();
  }

  /** Ends it without a word to anybody. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("pgbouncer does not end");
    }
  }

  /** Starts it again where it was. */
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
