package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.credentials.PasswordFile;
import org.tokenfilter.testsupport.LogLines;

/** Checks of a file while it is being written, truncated or deleted. */
final class ReloadingFilePartialWriteTest {

  private static final String HASH =
      "$pbkdf2-sha512$1000$K9gGyX8OAK8aH8Myj6djqQ$6Kg7D1IPp20yNfGojno5pD1tWWRCEL26fIEcLDBFKjU";
  private static final int CHECKS = ReloadingFile.HELD_CHECKS;

  @TempDir private Path folder;
  private Path file;
  private ReloadingFile<PasswordFile> accounts;

  @BeforeEach
  void read() throws Exception {
    file = Files.writeString(folder.resolve("accounts"), users(8));
    accounts = ReloadingPasswords.of(file).file();
    check(3);
  }

  private static String users(int number) {
    return IntStream.range(0, number)
        .mapToObj(user -> "user" + user + ":" + HASH + ":user\n")
        .collect(Collectors.joining());
  }

  private void check(int times) {
    for (int i = 0; i < times; i++) {
      var unused = accounts.check();
    }
  }

  private int accountCount() {
    return accounts.get().users().size();
  }

  @Test
  void ignoresFileThatIsBrieflyEmpty() throws Exception {
    Files.writeString(file, "");
    check(1);
    assertThat(accountCount()).isEqualTo(8);
    Files.writeString(file, users(9));
    check(2);
    assertThat(accountCount()).isEqualTo(9);
  }

  @Test
  void reportsFileThatStaysEmpty() throws Exception {
    Files.writeString(file, "# nobody\n\n");
    check(1);
    for (int i = 0; i < 3 * CHECKS; i++) {
      assertThat(accounts.check()).isPresent();
    }
    assertThat(accountCount()).isEqualTo(8);
  }

  @Test
  void keepsContentOfDeletedFileAndRepeatsReport() throws Exception {
    try (LogLines log = new LogLines(ReloadingFile.class.getName())) {
      Files.delete(file);
      for (int i = 0; i < 2 * CHECKS; i++) {
        assertThat(accounts.check()).isPresent();
      }
      assertThat(accountCount()).isEqualTo(8);
      assertThat(log.take())
          .hasSize(2)
          .allMatch(line -> line.startsWith("ERROR The previous content stays in force, since"));

      Files.writeString(file, users(9));
      check(2);
      assertThat(accountCount()).isEqualTo(9);
      assertThat(log.lines()).contains("INFO " + file + " can be used again");
      assertThat(accounts.check()).isEmpty();
    }
  }

  @Test
  void reportsContentThatChangesAtEveryCheck() throws Exception {
    for (int i = 0; i < CHECKS; i++) {
      Files.writeString(file, users(9 + i));
      assertThat(accounts.check()).isEmpty();
    }
    Files.writeString(file, users(100));
    assertThat(accounts.check()).isPresent();
    assertThat(accountCount()).isEqualTo(8);
    check(1);
    assertThat(accountCount()).isEqualTo(100);
  }

  @Test
  void appliesRemovalOfFewAccountsAtOnce() throws Exception {
    Files.writeString(file, users(6));
    check(2);
    assertThat(accountCount()).isEqualTo(6);
  }

  @Test
  void delaysRemovalOfManyAccounts() throws Exception {
    try (LogLines log = new LogLines(ReloadingFile.class.getName())) {
      Files.writeString(file, users(5));
      check(1);
      for (int i = 0; i < CHECKS; i++) {
        assertThat(accounts.check()).isPresent();
        assertThat(accountCount()).isEqualTo(8);
      }
      assertThat(log.take())
          .singleElement()
          .asString()
          .contains("3 of 8 accounts are gone at once");

      assertThat(accounts.check()).isEmpty();
      assertThat(accountCount()).isEqualTo(5);
      assertThat(log.take()).anyMatch(line -> line.startsWith("WARN " + file + " is in force now"));
    }
  }

  @Test
  void restoredContentResetsTheDelay() throws Exception {
    Files.writeString(file, users(1));
    check(CHECKS);
    Files.writeString(file, users(8));
    check(3);
    Files.writeString(file, users(1));
    check(CHECKS);
    assertThat(accountCount()).isEqualTo(8);
  }

  @Test
  void repeatsNotificationIfTheCallbackFails() throws Exception {
    List<Integer> told = new ArrayList<>();
    AtomicInteger fails = new AtomicInteger(1);
    accounts.onChange(
        () -> {
          told.add(accountCount());
          if (fails.getAndDecrement() > 0) {
            throw new NoClassDefFoundError("once");
          }
        });
    Files.writeString(file, users(9));
    check(1);
    assertThat(told).isEmpty();
    check(1);
    assertThat(told).containsExactly(9);
    check(2);
    assertThat(told).containsExactly(9, 9);
  }

  /**
   * A writer changes the file again and again, as editors and scripts do: it empties the file,
   * writes a part, then the rest. Checks come at any time, but never two within one such step.
   */
  @Test
  void neverAppliesPartOfAFile() throws Exception {
    Random random = new Random(15);
    Set<Set<String>> whole = new HashSet<>(Set.of(accounts.get().users()));
    for (int round = 0; round < 500; round++) {
      String content = users(1 + random.nextInt(40));
      int cut = random.nextInt(content.length());
      writePart("", random, whole);
      writePart(content.substring(0, cut), random, whole);
      Files.writeString(file, content);
      whole.add(PasswordFile.read(file).users());
      for (int looks = random.nextInt(4); looks > 0; looks--) {
        check(1);
        assertThat(whole).contains(accounts.get().users());
      }
    }
    check(CHECKS + 3);
    assertThat(accounts.get().users()).isEqualTo(PasswordFile.read(file).users());
  }

  private void writePart(String part, Random random, Set<Set<String>> whole) throws IOException {
    Files.writeString(file, part);
    if (random.nextBoolean()) {
      check(1);
    }
    assertThat(whole).contains(accounts.get().users());
  }
}
