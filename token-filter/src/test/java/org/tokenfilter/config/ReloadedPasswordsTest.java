package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.Accounts;
import org.tokenfilter.Logged;
import org.tokenfilter.credentials.Login;
import org.tokenfilter.credentials.PasswordFile;
import org.tokenfilter.token.Subject;

/** Accounts that change while the application runs; the reloader is called, nothing is awaited. */
final class ReloadedPasswordsTest {

  private static final FileTime THEN = FileTime.from(Instant.parse("2026-11-22T10:00:00Z"));

  @TempDir private Path folder;
  private Path file;
  private String accounts;
  private ReloadedFile<PasswordFile> reloaded;
  private ReloadedPasswords passwords;

  @BeforeEach
  void readTheAccounts() throws Exception {
    Accounts.settings(folder);
    file = folder.resolve("accounts");
    accounts = Files.readString(file);
    reloaded = new ReloadedFile<>(file, PasswordFile::read);
    passwords = new ReloadedPasswords(reloaded);
  }

  @Test
  void changedFileIsInForceAfterTheNextLook() throws Exception {
    Files.writeString(file, accounts.replace("alice:", "carol:"));
    assertThat(isKnown("alice")).isTrue();
    reloaded.look();
    reloaded.look();
    assertThat(isKnown("alice")).isFalse();
    assertThat(isKnown("carol")).isTrue();
  }

  @Test
  void addedAccountAndOneThatIsTakenAwayAreSeen() throws Exception {
    reloaded.look();
    reloaded.look();
    reloaded.look();
    reloaded.look();
    String withoutAlice = accounts.substring(accounts.indexOf("bob:"));
    Files.writeString(file, withoutAlice);
    reloaded.look();
    reloaded.look();
    assertThat(isKnown("alice")).isFalse();
    Files.writeString(file, accounts);
    reloaded.look();
    reloaded.look();
    assertThat(isKnown("alice")).isTrue();
  }

  @Test
  void whoMayGoOnAndWithWhichRolesIsAsTheFileIsNow() throws Exception {
    Subject alice = Subject.of("alice", "admin");
    assertThat(passwords.canTellCurrent()).isTrue();
    assertThat(passwords.current(alice)).contains(Subject.of("alice", "user"));
    assertThat(passwords.current(Subject.of("Alice"))).isEmpty();
    Files.writeString(file, accounts.replace("DBFKjU:user", "DBFKjU:user,editor"));
    reloaded.look();
    reloaded.look();
    assertThat(passwords.current(alice)).contains(Subject.of("alice", "user", "editor"));
    Files.writeString(file, accounts.replace("alice:", "#alice:"));
    reloaded.look();
    reloaded.look();
    assertThat(passwords.current(alice)).isEmpty();
    assertThat(passwords.current(Subject.of("bob"))).contains(Subject.of("bob", "user"));
  }

  @Test
  void changeWithinTheGrainOfTheFilesTimeIsSeenAtTheLookAfterIt() throws Exception {
    Files.setLastModifiedTime(file, THEN);
    reloaded.look();
    reloaded.look();
    Files.writeString(file, accounts.replace("alice:", "carol:"));
    Files.setLastModifiedTime(file, THEN);
    reloaded.look();
    reloaded.look();
    assertThat(isKnown("carol")).isTrue();
  }

  @Test
  void fileOfTheSameSizeAndTimeThatTakesThePlaceIsSeen() throws Exception {
    Files.setLastModifiedTime(file, THEN);
    for (int i = 0; i < 3; i++) {
      reloaded.look();
      reloaded.look();
    }
    Path next = folder.resolve("accounts.new");
    Files.writeString(next, accounts.replace("alice:", "carol:"));
    Files.setLastModifiedTime(next, THEN);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    reloaded.look();
    reloaded.look();
    assertThat(isKnown("carol")).isTrue();
  }

  @Test
  void brokenFileKeepsTheAccountsAndIsReportedOnce() throws Exception {
    try (Logged logged = Logged.by(ReloadedFile.class)) {
      Files.writeString(file, accounts.replace("alice:", "carol:") + "broken secret line\n");
      for (int i = 0; i < 3; i++) {
        reloaded.look();
        reloaded.look();
      }
      assertThat(isKnown("alice")).isTrue();
      assertThat(isKnown("carol")).isFalse();
      assertThat(logged.messages())
          .singleElement()
          .asString()
          .contains("stays in force", "accounts, line 4")
          .doesNotContain("secret");

      Files.delete(file);
      reloaded.look();
      reloaded.look();
      reloaded.look();
      reloaded.look();
      assertThat(isKnown("alice")).isTrue();
      assertThat(logged.messages()).hasSize(2);

      Files.writeString(file, accounts.replace("alice:", "carol:"));
      reloaded.look();
      reloaded.look();
      assertThat(isKnown("alice")).isFalse();
      assertThat(isKnown("carol")).isTrue();

      Files.writeString(file, "broken again");
      reloaded.look();
      reloaded.look();
      assertThat(logged.messages()).hasSize(3);
      assertThat(isKnown("carol")).isTrue();
    }
  }

  @Test
  void fileIsNotReadAgainWhereItHasNotChanged() throws Exception {
    AtomicInteger read = new AtomicInteger();
    ReloadedFile<Integer> counted = new ReloadedFile<>(file, path -> read.incrementAndGet());
    for (int i = 0; i < 10; i++) {
      counted.look();
    }
    assertThat(read).hasValue(3);
  }

  /** An executor gives up a task that throws, and says nothing. */
  @Test
  void errorOfTheReaderDoesNotStopTheLooking() throws Exception {
    AtomicBoolean fails = new AtomicBoolean();
    ReloadedFile<Boolean> content =
        new ReloadedFile<>(
            file,
            path -> {
              if (fails.get()) {
                throw new StackOverflowError();
              }
              return true;
            });
    fails.set(true);
    try (Logged logged = Logged.by(ReloadedFile.class)) {
      content.look();
      content.look();
      assertThat(content.get()).isTrue();
      assertThat(logged.messages()).singleElement().asString().contains("StackOverflowError");
    }
  }

  private boolean isKnown(String name) throws IOException {
    return passwords
        .authenticate(new Login(name, "wonderland".toCharArray(), mock(HttpServletRequest.class)))
        .isPresent();
  }
}
