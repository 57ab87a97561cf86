package org.tokenfilter.integration.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process of {@code java -jar sample-webapp.war} on a free port, until it is closed. */
final class SampleProcess implements AutoCloseable {

  private static final Path WAR = Path.of("../sample-webapp/target/sample-webapp.war");
  private static final Pattern ADDRESS = Pattern.compile("The sample is at (http://\\S+)");
  private static final String LOG = "log";
  private static final int MAX_START_SECONDS = 240;
  private static final int MAX_STOP_SECONDS = 60;

  private final Process process;
  private final URI address;

  private SampleProcess(Process process, URI address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts the sample, and waits until it serves requests.
   *
   * @param folder the folder for all its files
   * @param options the options of the JVM, such as {@code -Dtoken.idle-timeout=PT20S}
   */
  static SampleProcess start(Path folder, String... options) throws IOException {
    return awaitStart(launch(folder, WAR.toAbsolutePath(), options), folder);
  }

  /** Starts a copy of the WAR at another path, and waits until it serves requests. */
  static SampleProcess startCopy(Path folder, Path war) throws IOException {
    Files.createDirectories(war.getParent());
    Files.copy(WAR, war);
    return awaitStart(launch(folder, war), folder);
  }

  /** Starts the sample without waiting. */
  static Process launch(Path folder) throws IOException {
    return launch(folder, WAR.toAbsolutePath());
  }

  private static Process launch(Path folder, Path war, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djetty.port=0");
    command.add("-Dsample.data=" + folder.resolve("data"));
    command.add("-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")));
    command.addAll(List.of(options));
    command.add("-jar");
    command.add(war.toString());
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectError(folder.resolve(LOG).toFile())
        .start();
  }

  private static SampleProcess awaitStart(Process process, Path folder) throws IOException {
    // The process of a hanging start is killed, so that its output ends as after a failed start.
    CompletableFuture<Void> patience =
        CompletableFuture.runAsync(
            process::destroyForcibly,
            CompletableFuture.delayedExecutor(MAX_START_SECONDS, TimeUnit.SECONDS));
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher address = ADDRESS.matcher(line);
      if (address.find()) {
        patience.cancel(false);
        drain(output);
        return new SampleProcess(process, URI.create(address.group(1)));
      }
    }
    throw new AssertionError("the sample did not start: " + Files.readString(folder.resolve(LOG)));
  }

  /** Reads the rest of the output: a process blocks once the pipe of its output is full. */
  private static void drain(BufferedReader output) {
    Thread thread = new Thread(() -> readAll(output), "output of the sample");
    thread.setDaemon(true);
    thread.start();
  }

  private static void readAll(BufferedReader output) {
    try {
      output.transferTo(Writer.nullWriter());
    } catch (IOException stopped) {
      // the output has ended
    }
  }

  /** Returns the address of the sample, with a slash at the end. */
  URI address() {
    return address;
  }

  /** Kills the process (SIGKILL), which cannot clean up. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(MAX_STOP_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the sample was killed and still runs");
    }
  }

  /** Stops the process as a terminal does, and waits for it. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(MAX_STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("the sample did not stop");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
