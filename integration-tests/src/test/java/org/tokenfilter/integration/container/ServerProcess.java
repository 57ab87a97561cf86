package org.tokenfilter.integration.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A server in its own process; its close stops the process and those that it has started. */
final class ServerProcess implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofMinutes(8);
  private static final int STOP_TIMEOUT_SECONDS = 120;
  private static final int MAX_SHOWN_LINES = 60;

  private final Process process;

  private ServerProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts the process, and waits until the sample responds.
   *
   * @param folder the working directory, which gets its output as {@code output}
   * @param arguments the arguments of {@code java}
   */
  static ServerProcess start(
      Path folder, Map<String, String> environment, List<String> arguments, Client client)
      throws Exception {
    Path log = folder.resolve("output");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx768m");
    command.add("-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    ServerProcess server = new ServerProcess(builder.start());
    try {
      Awaitility.await()
          .atMost(START_TIMEOUT)
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> !server.process.isAlive() || serves(client));
    } catch (ConditionTimeoutException e) {
      server.close();
      throw new AssertionError("the server did not start in time: " + tailOf(log), e);
    }
    if (!server.process.isAlive()) {
      throw new AssertionError("the server ended: " + tailOf(log));
    }
    return server;
  }

  private static boolean serves(Client client) throws InterruptedException {
    try {
      return client.newClient().get("/public/health").status() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static String tailOf(Path log) throws IOException {
    List<String> lines = Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList();
    return String.join(
        "\n", lines.subList(Math.max(0, lines.size() - MAX_SHOWN_LINES), lines.size()));
  }

  @Override
  public void close() {
    List<ProcessHandle> started = process.descendants().toList();
    process.destroy();
    started.forEach(ProcessHandle::destroy);
    try {
      if (!process.waitFor(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    started.forEach(ProcessHandle::destroyForcibly);
  }
}
