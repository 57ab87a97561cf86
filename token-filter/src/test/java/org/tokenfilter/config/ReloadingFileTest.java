package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.testsupport.LogLines;

final class ReloadingFileTest {

  @TempDir private Path folder;
  private Path file;
  private final AtomicInteger reads = new AtomicInteger();

  @BeforeEach
  void writeTheFile() throws IOException {
    file = Files.writeString(folder.resolve("file"), "one");
  }

  @Test
  void doesNotReadUnchangedFileAgain() throws Exception {
    ReloadingFile<String> reloading = new ReloadingFile<>(file, this::read);
    for (int i = 0; i < 10; i++) {
      reloading.check();
      reloading.check();
    }
    assertThat(reads.get()).isLessThanOrEqualTo(3);
  }

  @Test
  void readsFileThatIsOverwritten() throws Exception {
    ReloadingFile<String> reloading = new ReloadingFile<>(file, this::read);
    Files.writeString(file, "the second");
    reloading.check();
    reloading.check();
    assertThat(reloading.get()).isEqualTo("the second");
  }

  /** An executor drops a task that throws, without a message. */
  @Test
  void continuesAfterErrorOfTheReader() throws Exception {
    ReloadingFile<String> reloading =
        new ReloadingFile<>(
            file,
            it -> {
              String text = read(it);
              if (text.equals("broken")) {
                throw new NoClassDefFoundError("gone");
              }
              return text;
            });
    try (LogLines log = new LogLines(ReloadingFile.class.getName())) {
      Files.writeString(file, "broken");
      reloading.check();
      reloading.check();
      reloading.check();
      reloading.check();
      assertThat(reloading.get()).isEqualTo("one");
      assertThat(log.lines()).hasSize(1);
      assertThat(log.lines().get(0)).contains(file.toString()).contains("NoClassDefFoundError");
      Files.writeString(file, "mended");
      reloading.check();
      reloading.check();
      assertThat(reloading.get()).isEqualTo("mended");
    }
  }

  @Test
  void detectsChangeFarFromTheStart() throws Exception {
    String begin = "#".repeat(17 * 1024 * 1024);
    Files.writeString(file, begin + "one");
    ReloadingFile<String> reloading =
        new ReloadingFile<>(file, it -> Files.readString(it).substring(begin.length()));
    reloading.check();
    reloading.check();
    Files.writeString(file, begin + "the second");
    reloading.check();
    reloading.check();
    assertThat(reloading.get()).isEqualTo("the second");
  }

  /** A truncated file may be truncated once more while it is being repaired. */
  @Test
  void countsEachObjectionSeparately() throws Exception {
    Files.writeString(file, "whole");
    ReloadingFile<String> reloading =
        new ReloadingFile<>(
            file,
            this::read,
            (before, after) ->
                after.equals("whole") ? Optional.empty() : Optional.of("there is " + after));
    check(reloading, 2);
    Files.writeString(file, "a half");
    check(reloading, ReloadingFile.HELD_CHECKS);
    assertThat(reloading.get()).isEqualTo("whole");

    Files.writeString(file, "nothing");
    check(reloading, ReloadingFile.HELD_CHECKS);
    assertThat(reloading.get()).isEqualTo("whole");
    check(reloading, 2);
    assertThat(reloading.get()).isEqualTo("nothing");
  }

  private static void check(ReloadingFile<String> reloading, int times) {
    for (int i = 0; i < times; i++) {
      reloading.check();
    }
  }

  /** A file may be copied with its times: then neither time nor length shows the change. */
  @Test
  void detectsChangeWithTheSameModificationTime() throws Exception {
    ReloadingFile<String> reloading = new ReloadingFile<>(file, this::read);
    reloading.check();
    reloading.check();
    reloading.check();
    reloading.check();
    FileTime before = Files.getLastModifiedTime(file);
    awaitClockTickAfter(file);
    Files.writeString(file, "two");
    Files.setLastModifiedTime(file, before);
    reloading.check();
    reloading.check();
    assertThat(reloading.get()).isEqualTo("two");
  }

  @Test
  void reportsKeysOpenToOtherUsers() throws Exception {
    KeyFile keys = new KeyFile(folder);
    keys.replace(KeyFile.key("k1", "active"));
    ReloadingFile<KeyRing> reloading = keys.read();
    reloading.check();
    reloading.check();
    reloading.check();
    reloading.check();
    awaitClockTickAfter(keys.path());
    try (LogLines log = new LogLines(ReloadingFile.class.getName())) {
      Files.setPosixFilePermissions(keys.path(), PosixFilePermissions.fromString("rw-r--r--"));
      reloading.check();
      reloading.check();
      reloading.check();
      reloading.check();
      assertThat(log.take()).singleElement().asString().contains("chmod 600 " + keys.path());
      Files.setPosixFilePermissions(keys.path(), PosixFilePermissions.fromString("rw-------"));
      reloading.check();
      reloading.check();
      assertThat(log.lines()).noneMatch(line -> line.startsWith("ERROR"));
    }
  }

  /**
   * Waits for a later timestamp. Many file systems have clocks with steps of milliseconds. A check
   * every other second sees each change, but these tests check twice within one step.
   */
  private void awaitClockTickAfter(Path changed) {
    Path probe = folder.resolve("probe");
    await()
        .pollInterval(Duration.ofMillis(1))
        .until(() -> changeTime(Files.writeString(probe, "")).compareTo(changeTime(changed)) > 0);
  }

  private static FileTime changeTime(Path path) throws IOException {
    return (FileTime) Files.getAttribute(path, "unix:ctime");
  }

  private String read(Path path) throws IOException {
    reads.incrementAndGet();
    return Files.readString(path);
  }
}
