package com.example.sqlitestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.TokenStoreProvider;

/** The parts that the kit cannot see: other processes, and the file. */
class SqliteFileTest {

  private static final int LIMIT = 5;

  @TempDir private Path folder;

  @Test
  void limitHoldsAgainstOtherProcessesFromTheFirstCallOn() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      processes.add(start(40, LIMIT));
    }
    for (Process process : processes) {
      go(process);
    }
    List<String> inserted = new ArrayList<>();
    for (Process process : processes) {
      inserted.addAll(process.inputReader(StandardCharsets.UTF_8).lines().toList());
      assertThat(process.waitFor()).isZero();
    }

    assertThat(inserted).hasSize(LIMIT);
    try (TokenStore store = store(Duration.ofSeconds(9))) {
      assertThat(store.list("alice", Instant.now(), null, 1000)).hasSize(LIMIT);
    }
  }

  @Test
  void recordsThatAKilledProcessAcknowledgedAreThere() throws Exception {
    Process process = start(Integer.MAX_VALUE, Integer.MAX_VALUE);
    go(process);
    List<TokenId> acknowledged = new ArrayList<>();
    BufferedReader ids = process.inputReader(StandardCharsets.UTF_8);
    for (int number = 0; number < 50; number++) {
      acknowledged.add(TokenId.parse(ids.readLine()));
    }
    process.destroyForcibly().waitFor();

    try (TokenStore store = store(Duration.ofSeconds(9))) {
      assertThat(store.find(acknowledged).records()).containsOnlyKeys(acknowledged);
      // What was written last is there as a whole or not at all.
      assertThat(store.list("alice", Instant.now(), null, 100_000))
          .hasSizeGreaterThanOrEqualTo(50)
          .allSatisfy(record -> assertThat(store.find(record.id())).contains(record));
    }
  }

  @Test
  void busyFileIsAStoreExceptionAfterTheTimeoutAndNeverAnAnswer() throws Exception {
    try (TokenStore store = store(Duration.ofMillis(300));
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = other.createStatement()) {
      assertThat(store.mark("first", Instant.MAX, Instant.EPOCH)).isTrue();
      statement.execute("begin immediate");

      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> store.mark("second", Instant.MAX, Instant.EPOCH))
          .satisfies(busy -> assertThat(busy.retryable()).isTrue());
      assertThat(store.marked("first", Instant.EPOCH)).isTrue();

      statement.execute("commit");
      assertThat(store.mark("second", Instant.MAX, Instant.EPOCH)).isTrue();
    }
  }

  @Test
  void writeWaitsForAnotherProcessWithinItsTimeout() throws Exception {
    try (TokenStore store = store(Duration.ofMinutes(1));
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = other.createStatement()) {
      store.marked("m", Instant.EPOCH);
      statement.execute("begin immediate");
      Thread waiting = new Thread(() -> store.mark("m", Instant.MAX, Instant.EPOCH));
      waiting.start();
      while (waiting.getState() == Thread.State.NEW) {
        Thread.onSpinWait();
      }
      statement.execute("commit");
      waiting.join();

      assertThat(store.marked("m", Instant.EPOCH)).isTrue();
    }
  }

  @Test
  void providerRefusesAFileThatIsNoDatabase() throws Exception {
    Files.writeString(file(), "This is a text and no database. ".repeat(100));
    TokenStoreProvider provider =
        ServiceLoader.load(TokenStoreProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(it -> it.name().equals("sqlite"))
            .findFirst()
            .orElseThrow();

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> provider.open(Map.of("file", file().toString(), "timeout", "PT2S")));
  }

  private Process start(int records, int limit) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            NodeProcess.class.getName(),
            file().toString(),
            Integer.toString(records),
            Integer.toString(limit))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void go(Process process) throws IOException {
    assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("ready");
    OutputStream in = process.getOutputStream();
    in.write('\n');
    in.flush();
  }

  private TokenStore store(Duration timeout) {
    return new SqliteTokenStore(file(), timeout);
  }

  private Path file() {
    return folder.resolve("tokens.db");
  }
}
