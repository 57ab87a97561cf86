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
import org.tokenfilter.LogLines;
import org.tokenfilter.credentials.PasswordFile;

/** Checks of a file while it is being written, truncated or deleted. */
final class MomentsOfAFileTest {

  private static final String HASH =
      "$pbkdf2-sha512$1000$K9gGyX8OAK8aH8Myj6djqQ$6Kg7D1IPp20yNfGojno5pD1tWWRCEL26fIEcLDBFKjU";
  private static final int LOOKS = ReloadingFile.HELD_CHECKS;

  @TempDir private Path folder;
  private Path file;
  private ReloadingFile<PasswordFile> accounts;

  @BeforeEach
  void read() throws Exception {
    file = Files.writeString(folder.resolve("accounts"), users(8));
    accounts = ReloadingPasswords.of(file).file();
    look(3);
  }

  private static String users(int number) {
    return IntStream.range(0, number)
        .mapToObj(user -> "user" + user + ":" + HASH + ":user\n")
        .collect(Collectors.joining());
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      var unused = accounts.check();
    }
  }

  private int known() {
    return accounts.get().users().size();
  }

  @Test
  void fileThatIsEmptyForAMomentChangesNothing() throws Exception {
    Files.writeString(file, "");
    look(1);
    assertThat(known()).isEqualTo(8);
    Files.writeString(file, users(9));
    look(2);
    assertThat(known()).isEqualTo(9);
  }

  @Test
  void fileThatStaysEmptyChangesNothingAndIsAFailure() throws Exception {
    Files.writeString(file, "# nobody\n\n");
    look(1);
    for (int i = 0; i < 3 * LOOKS; i++) {
      assertThat(accounts.check()).isPresent();
    }
    assertThat(known()).isEqualTo(8);
  }

  @Test
  void fileThatIsGoneStaysInForceAndIsReportedAgainAndAgain() throws Exception {
    try (LogLines log = new LogLines(ReloadingFile.class.getName())) {
      Files.delete(file);
      for (int i = 0; i < 2 * LOOKS; i++) {
        assertThat(accounts.check()).isPresent();
      }
      assertThat(known()).isEqualTo(8);
      assertThat(log.take())
          .hasSize(2)
          .allMatch(line -> line.startsWith("ERROR The previous content stays in force, since"));

      Files.writeString(file, users(9));
      look(2);
      assertThat(known()).isEqualTo(9);
      assertThat(log.lines()).contains("INFO " + file + " can be used again");
      assertThat(accounts.check()).isEmpty();
    }
  }

  @Test
  void contentThatChangesBetweenTwoLooksIsNotTakenAndReportedIfItGoesOn() throws Exception {
    for (int i = 0; i < LOOKS; i++) {
      Files.writeString(file, users(9 + i));
      assertThat(accounts.check()).isEmpty();
    }
    Files.writeString(file, users(100));
    assertThat(accounts.check()).isPresent();
    assertThat(known()).isEqualTo(8);
    look(1);
    assertThat(known()).isEqualTo(100);
  }

  @Test
  void fewAccountsMayGoAtOnce() throws Exception {
    Files.writeString(file, users(6));
    look(2);
    assertThat(known()).isEqualTo(6);
  }

  @Test
  void manyAccountsThatAreGoneAtOnceAreReportedAndHeldUntilItHasLasted() throws Exception {
    try (LogLines log = new LogLines(ReloadingFile.class.getName())) {
      Files.writeString(file, users(5));
      look(1);
      for (int i = 0; i < LOOKS; i++) {
        assertThat(accounts.check()).isPresent();
        assertThat(known()).isEqualTo(8);
      }
      assertThat(log.take())
          .singleElement()
          .asString()
          .contains("3 of 8 accounts are gone at once");

      assertThat(accounts.check()).isEmpty();
      assertThat(known()).isEqualTo(5);
      assertThat(log.take()).anyMatch(line -> line.startsWith("WARN " + file + " is in force now"));
    }
  }

  @Test
  void whatIsPutBackInTimeWasNeverGone() throws Exception {
    Files.writeString(file, users(1));
    look(LOOKS);
    Files.writeString(file, users(8));
    look(3);
    Files.writeString(file, users(1));
    look(LOOKS);
    assertThat(known()).isEqualTo(8);
  }

  @Test
  void whoeverWantsToKnowOfNewContentIsToldWhenItIsInForceAndAgainIfHeFails() throws Exception {
    List<Integer> told = new ArrayList<>();
    AtomicInteger fails = new AtomicInteger(1);
    accounts.onChange(
        () -> {
          told.add(known());
          if (fails.getAndDecrement() > 0) {
            throw new NoClassDefFoundError("once");
          }
        });
    Files.writeString(file, users(9));
    look(1);
    assertThat(told).isEmpty();
    look(1);
    assertThat(told).containsExactly(9);
    look(2);
    assertThat(told).containsExactly(9, 9);
  }

  /**
   * A writer changes the file again and again, as editors and scripts do: it empties the file,
   * writes a part, then the rest. Checks come at any time, but never two within one such step.
   */
  @Test
  void noMomentOfTheWritingIsEverInForce() throws Exception {
    Random random = new Random(15);
    Set<Set<String>> whole = new HashSet<>(Set.of(accounts.get().users()));
    for (int round = 0; round < 500; round++) {
      String content = users(1 + random.nextInt(40));
      int cut = random.nextInt(content.length());
      moment("", random, whole);
      moment(content.substring(0, cut), random, whole);
      Files.writeString(file, content);
      whole.add(PasswordFile.read(file).users());
      for (int looks = random.nextInt(4); looks > 0; looks--) {
        look(1);
        assertThat(whole).contains(accounts.get().users());
      }
    }
    look(LOOKS + 3);
    assertThat(accounts.get().users()).isEqualTo(PasswordFile.read(file).users());
  }

  private void moment(String part, Random random, Set<Set<String>> whole) throws IOException {
    Files.writeString(file, part);
    if (random.nextBoolean()) {
      look(1);
    }
    assertThat(whole).contains(accounts.get().users());
  }
}
