package org.tokenfilter.integration.proxy;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An installed proxy that runs with a configuration of the tests, on loopback, until it is closed.
 */
final class ProxyProgram implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private final Process process;

  private ProxyProgram(Process process) {
    this.process = process;
  }

  /** Returns the path of the program; skips the test if it is not installed. */
  static Path require(String name, String debianPackage) {
    String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
    Optional<Path> program =
        Stream.of(path.split(File.pathSeparator, -1))
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    String missing =
        "The recipe is not tested: %s is missing. On Debian: apt-get install %s"
            .formatted(name, debianPackage);
    if (program.isEmpty()) {
      System.err.println(missing); // otherwise only the reports show the reason of an assumption
    }
    assumeTrue(program.isPresent(), missing);
    return program.orElseThrow();
  }

  /** Starts the proxy, and waits until it listens on the port. */
  static ProxyProgram start(Path folder, int port, List<String> command) throws IOException {
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    ProxyProgram program = new ProxyProgram(process);
    try {
      await()
          .atMost(TIMEOUT)
          .until(
              () -> {
                if (!process.isAlive()) {
                  throw new IllegalStateException(Files.readString(log).strip());
                }
                return isListening(port);
              });
      return program;
    } catch (RuntimeException | Error e) {
      program.close();
      throw e;
    }
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** Terminates the proxy in an orderly way, so that it stops its child processes. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("the proxy did not stop");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
