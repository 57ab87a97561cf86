package com.example.folderstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
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
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.SettableClock;

/** The parts that the kit cannot see: other processes, files, and the next visit of S13. */
class RecordFolderTest {

  private final SettableClock clock = new SettableClock();
  @TempDir private Path folder;
  private FolderTokenStore store;

  @BeforeEach
  void open() {
    store = new FolderTokenStore(folder, Duration.ofMinutes(5), Duration.ofSeconds(1));
  }

  @Test
  void limitHoldsAgainstOtherProcesses() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  InserterProcess.class.getName(),
                  folder.toString(),
                  clock.instant().toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
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
    TokenRecord record = insert(record());
    TokenRecord successor = record().build();
    TokenRecord ended =
        record.revoked(new Revocation(clock.instant(), RevocationReason.REPLACED, successor.id()));
    Files.write(
        folder.resolve("journal"), List.of(RecordLine.write(successor), RecordLine.write(ended)));

    assertThat(store.revoke(record.id(), Revocation.of(RevocationReason.CLOSED, clock.instant())))
        .isEmpty();
    assertThat(store.find(record.id())).contains(ended);
    assertThat(store.find(successor.id())).contains(successor);
    assertThat(store.revokedWithin(Duration.ofMinutes(1), 9).ids()).containsExactly(record.id());
  }

  @Test
  void sweepReadsOnlyDueRecordsEvenAfterRenewals() throws IOException {
    TokenRecord record = insert(record().idleTimeout(Duration.ofMinutes(30)));
    Instant start = clock.instant();
    store.sweep(start, start, 100);
    Instant later = start.plus(Duration.ofMinutes(20));
    store.renew(List.of(new Renewal(record.id(), later, later.plusSeconds(1800))), later);
    Files.writeString(file(record), "damaged");

    Instant deadline = start.plus(Duration.ofMinutes(30));
    assertThatCode(() -> store.sweep(deadline, deadline, 100)).doesNotThrowAnyException();
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> store.sweep(deadline.plusMillis(1), deadline, 100));
  }

  @Test
  void damagedFileIsNotTreatedAsAMissingRecord() throws IOException {
    TokenRecord record = insert(record());
    Files.writeString(file(record), "id=");

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> store.find(record.id()))
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

  private Path file(TokenRecord record) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("records"))) {
      return files.findAny().orElseThrow(() -> new AssertionError(record));
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
