package com.example.folderstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.SettableClock;

/** The parts that the kit cannot see: other processes, files, and processes that are killed. */
class RowFolderTest {

  private final SettableClock clock = new SettableClock();
  @TempDir private Path folder;
  private FolderTokenStore store;

  @BeforeEach
  void open() {
    store = new FolderTokenStore(folder, Duration.ofSeconds(5));
  }

  @Test
  void limitHoldsAgainstOtherProcesses() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      processes.add(start(InserterProcess.LIMIT));
    }
    for (Process process : processes) {
      BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
      assertThat(reader.readLine()).isEqualTo("ready");
    }
    for (Process process : processes) {
      try (OutputStream in = process.getOutputStream()) {
        in.write('\n');
      }
    }
    for (Process process : processes) {
      assertThat(process.waitFor()).isZero();
    }

    assertThat(store.list("alice", clock.instant(), null, 1000)).hasSize(InserterProcess.LIMIT);
  }

  @Test
  void journaledStepIsCompletedAfterItsProcessDied() throws IOException {
    String cursor = store.changes(0, null, 9).cursor();
    TokenRecord record = insert(record());
    TokenRecord successor = record().build();
    Instant now = clock.instant();
    // The process "dies" half way, when it meets a folder in place of a file.
    Path blocked = Files.createDirectory(indexFile(successor.id()));
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> store.replace(record.id(), 0, successor, Limit.NONE, now));
    assertThat(folder.resolve("journal")).exists();
    Files.delete(blocked);

    assertThat(store.revoke(record.id(), Revocation.of(RevocationReason.CLOSED, now))).isEmpty();
    assertThat(store.find(record.id()))
        .contains(record.revoked(new Revocation(now, RevocationReason.REPLACED, successor.id())));
    assertThat(store.find(successor.id())).contains(successor);
    assertThat(store.changes(0, cursor, 9).changes())
        .containsExactly(Change.revoked(record.id(), RevocationReason.REPLACED));
    assertThat(folder.resolve("journal")).doesNotExist();
  }

  @Test
  void recordsThatAKilledProcessAcknowledgedAreThere() throws Exception {
    for (int round = 0; round < 3; round++) {
      Process process = start(Integer.MAX_VALUE);
      BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
      assertThat(reader.readLine()).isEqualTo("ready");
      OutputStream in = process.getOutputStream();
      in.write('\n');
      in.flush();
      List<TokenId> acknowledged = new ArrayList<>();
      for (int number = 0; number < 20; number++) {
        acknowledged.add(TokenId.parse(reader.readLine()));
      }
      process.destroyForcibly().waitFor();

      assertThat(store.find(acknowledged).records()).containsOnlyKeys(acknowledged);
      // The record that was written last is there as a whole or not at all.
      assertThat(store.list("alice", clock.instant(), null, 10_000))
          .allSatisfy(record -> assertThat(store.find(record.id())).contains(record));
    }
  }

  @Test
  void sweepVisitsOnlyDueRecordsEvenAfterRenewals() throws IOException {
    TokenRecord record = insert(record().idleTimeout(Duration.ofMinutes(30)));
    Instant start = clock.instant();
    store.sweep(0, start, start, 100);
    Instant later = start.plus(Duration.ofMinutes(20));
    store.renew(List.of(new Renewal(record.id(), later, later.plusSeconds(1800))), later);
    Path visit = onlyFile("l");

    Instant deadline = start.plus(Duration.ofMinutes(30));
    store.sweep(0, deadline, deadline, 100);
    assertThat(onlyFile("l")).isEqualTo(visit);
    store.sweep(0, deadline.plusMillis(1), deadline, 100);
    assertThat(onlyFile("l")).isNotEqualTo(visit);
  }

  @Test
  void damagedFileIsNotTreatedAsAMissingRecord() throws IOException {
    TokenRecord record = insert(record());
    Files.writeString(onlyFile("r"), "id=");

    assertThat(store.find(List.of(record.id())).unreadable()).containsExactly(record.id());
    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> store.find(record.id()));
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(
            () ->
                store.revoke(record.id(), Revocation.of(RevocationReason.CLOSED, clock.instant())))
        .havingCause()
        .withMessageContaining("damaged");
  }

  @Test
  void callWaitsForTheLockOnlyForItsTimeout() throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(channel.tryLock()).isNotNull();
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> insert(record()))
          .satisfies(busy -> assertThat(busy.retryable()).isTrue());
    }
    insert(record());
  }

  /** Starts a process that inserts records into a group of a limited size. */
  private Process start(int limit) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            InserterProcess.class.getName(),
            folder.toString(),
            clock.instant().toString(),
            Integer.toString(limit))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Returns the file by which a record is found that is alike to the only one but for its id. */
  private Path indexFile(TokenId id) throws IOException {
    Path file = onlyFile("s");
    byte[] inverse = id.bytes();
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = (byte) ~inverse[i];
    }
    String name = file.getFileName().toString();
    return file.resolveSibling(
        name.substring(0, name.length() - 2 * inverse.length) + HexFormat.of().formatHex(inverse));
  }

  private Path onlyFile(String letter) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("rows"))) {
      List<Path> found =
          files.filter(file -> file.getFileName().toString().startsWith(letter)).toList();
      assertThat(found).hasSize(1);
      return found.get(0);
    }
  }

  private TokenRecord.Builder record() {
    byte[] id = new byte[TokenId.LENGTH];
    ThreadLocalRandom.current().nextBytes(id);
    return TokenRecord.builder(TokenId.of(id), TokenKind.OPEN, "alice", clock.instant());
  }

  private TokenRecord insert(TokenRecord.Builder builder) {
    TokenRecord record = builder.build();
    store.insert(record, Limit.NONE, clock.instant());
    return record;
  }
}
