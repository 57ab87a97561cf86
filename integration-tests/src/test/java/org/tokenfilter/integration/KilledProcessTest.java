package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStoreProvider;

/** Acknowledged changes, which must be stored after the process was killed without cleanup. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KilledProcessTest {

  private record Database(String url, String username) {}

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void h2KeepsAcknowledgedInsertion(int opening, @TempDir Path folder) throws Exception {
    assertInsertionKept(h2(folder, opening));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void h2KeepsAcknowledgedReplacement(int opening, @TempDir Path folder) throws Exception {
    assertReplacementKept(h2(folder, opening));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void h2KeepsAcknowledgedRevocation(int opening, @TempDir Path folder) throws Exception {
    assertRevocationKept(h2(folder, opening));
  }

  @Test
  void postgresKeepsAcknowledgedInsertion() throws Exception {
    assertInsertionKept(postgres());
  }

  @Test
  void postgresKeepsAcknowledgedReplacement() throws Exception {
    assertReplacementKept(postgres());
  }

  @Test
  void postgresKeepsAcknowledgedRevocation() throws Exception {
    assertRevocationKept(postgres());
  }

  /**
   * Returns a database file that has been opened and closed before, except for the first opening.
   */
  private static Database h2(Path folder, int opening) {
    Database database = new Database("jdbc:h2:file:" + folder.resolve("tokens"), "sa");
    for (int earlier = 1; earlier < opening; earlier++) {
      open(database, "create").close();
    }
    return database;
  }

  private static Database postgres() {
    return new Database(PostgresServer.newDatabase(), "postgres");
  }

  private static void assertInsertionKept(Database database) throws Exception {
    killAfter(database, "insert");
    try (TokenStore store = reopen(database)) {
      assertThat(isLive(store, 9)).isTrue();
    }
  }

  private static void assertReplacementKept(Database database) throws Exception {
    killAfter(database, "replace");
    try (TokenStore store = reopen(database)) {
      Revocation revocation = revocationOfThird(store);
      assertThat(revocation.reason()).isEqualTo(RevocationReason.REPLACED);
      assertThat(revocation.successor()).isEqualTo(Records.id((byte) 9));
      assertThat(isLive(store, 9)).isTrue();
    }
  }

  private static void assertRevocationKept(Database database) throws Exception {
    killAfter(database, "end");
    try (TokenStore store = reopen(database)) {
      assertThat(revocationOfThird(store).reason()).isEqualTo(RevocationReason.CLOSED);
      // The revocation is final: a second one has no effect.
      assertThat(
              store.revoke(
                  Records.id((byte) 3), Revocation.of(RevocationReason.CLOSED, Instant.now())))
          .isEmpty();
    }
  }

  private static TokenStore reopen(Database database) {
    return open(database, "validate");
  }

  private static TokenStore open(Database database, String schema) {
    return new JdbcTokenStoreProvider()
        .open(
            Map.of(
                "url",
                database.url(),
                "username",
                database.username(),
                "schema",
                schema,
                "timeout",
                "PT5S",
                "retention",
                "PT1H"));
  }

  private static Revocation revocationOfThird(TokenStore store) {
    for (int number = 1; number <= 5; number++) {
      assertThat(isLive(store, number)).as("record %s is live", number).isEqualTo(number != 3);
    }
    TokenRecord third = store.find(Records.id((byte) 3)).orElseThrow();
    return Objects.requireNonNull(third.revocation());
  }

  private static boolean isLive(TokenStore store, int number) {
    return store.find(Records.id((byte) number)).orElseThrow().liveAt(Instant.now());
  }

  /** Runs a process until the store has acknowledged its change, and kills it at once. */
  private static void killAfter(Database database, String change)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                KilledProcess.class.getName(),
                database.url(),
                database.username(),
                change)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.lines().anyMatch(line -> line.equals(KilledProcess.ACKNOWLEDGED))).isTrue();
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
    // 128 + SIGKILL: the process did not exit by itself.
    assertThat(process.exitValue()).isEqualTo(137);
  }
}
