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
import org.tokenfilter.credentials.PasswordFile;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.Subject;

/**
 * Accounts that change while the application runs. The tests call the reloader and need not wait.
 */
final class ReloadingPasswordsTest {

  private static final FileTime MODIFIED_AT = FileTime.from(Instant.parse("2026-11-22T10:00:00Z"));

  @TempDir private Path folder;
  private Path file;
  private String accounts;
  private ReloadingFile<PasswordFile> reloading;
  private ReloadingPasswords passwords;

  @BeforeEach
  void readTheAccounts() throws Exception {
    Accounts.settings(folder);
    file = folder.resolve("accounts");
    accounts = Files.readString(file);
    reloading = new ReloadingFile<>(file, PasswordFile::read);
    passwords = new ReloadingPasswords(reloading);
  }

  @Test
  void appliesChangedFileAtTheNextCheck() throws Exception {
    Files.writeString(file, accounts.replace("alice:", "carol:"));
    assertThat(isKnown("alice")).isTrue();
    reloading.check();
    reloading.check();
    assertThat(isKnown("alice")).isFalse();
    assertThat(isKnown("carol")).isTrue();
  }

  @Test
  void appliesAddedAndRemovedAccounts() throws Exception {
    reloading.check();
    reloading.check();
    reloading.check();
    reloading.check();
    String withoutAlice = accounts.substring(accounts.indexOf("bob:"));
    Files.writeString(file, withoutAlice);
    reloading.check();
    reloading.check();
    assertThat(isKnown("alice")).isFalse();
    Files.writeString(file, accounts);
    reloading.check();
    reloading.check();
    assertThat(isKnown("alice")).isTrue();
  }

  @Test
  void currentReturnsAccountsAndRolesOfTheFile() throws Exception {
    Subject alice = Subject.of("alice", "admin");
    assertThat(passwords.current(alice)).contains(Subject.of("alice", "user"));
    assertThat(passwords.current(Subject.of("Alice"))).isEmpty();
    Files.writeString(file, accounts.replace("DBFKjU:user", "DBFKjU:user,editor"));
    reloading.check();
    reloading.check();
    assertThat(passwords.current(alice)).contains(Subject.of("alice", "user", "editor"));
    Files.writeString(file, accounts.replace("alice:", "#alice:"));
    reloading.check();
    reloading.check();
    assertThat(passwords.current(alice)).isEmpty();
    assertThat(passwords.current(Subject.of("bob"))).contains(Subject.of("bob", "user"));
  }

  @Test
  void detectsChangeWithinTimestampResolution() throws Exception {
    Files.setLastModifiedTime(file, MODIFIED_AT);
    reloading.check();
    reloading.check();
    Files.writeString(file, accounts.replace("alice:", "carol:"));
    Files.setLastModifiedTime(file, MODIFIED_AT);
    reloading.check();
    reloading.check();
    assertThat(isKnown("carol")).isTrue();
  }

  @Test
  void detectsReplacementOfSameSizeAndTime() throws Exception {
    Files.setLastModifiedTime(file, MODIFIED_AT);
    for (int i = 0; i < 3; i++) {
      reloading.check();
      reloading.check();
    }
    Path next = folder.resolve("accounts.new");
    Files.writeString(next, accounts.replace("alice:", "carol:"));
    Files.setLastModifiedTime(next, MODIFIED_AT);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    reloading.check();
    reloading.check();
    assertThat(isKnown("carol")).isTrue();
  }

  @Test
  void keepsAccountsOfBrokenFileAndReportsOnce() throws Exception {
    try (LogLines logged = LogLines.warningsOf(ReloadingFile.class)) {
      Files.writeString(file, accounts.replace("alice:", "carol:") + "broken secret line\n");
      for (int i = 0; i < 3; i++) {
        reloading.check();
        reloading.check();
      }
      assertThat(isKnown("alice")).isTrue();
      assertThat(isKnown("carol")).isFalse();
      assertThat(logged.messages())
          .singleElement()
          .asString()
          .contains("stays in force", "accounts, line 4")
          .doesNotContain("secret");

      Files.delete(file);
      reloading.check();
      reloading.check();
      reloading.check();
      reloading.check();
      assertThat(isKnown("alice")).isTrue();
      assertThat(logged.messages()).hasSize(2);

      Files.writeString(file, accounts.replace("alice:", "carol:"));
      reloading.check();
      reloading.check();
      assertThat(isKnown("alice")).isFalse();
      assertThat(isKnown("carol")).isTrue();

      Files.writeString(file, "broken again");
      reloading.check();
      reloading.check();
      assertThat(logged.messages()).hasSize(3);
      assertThat(isKnown("carol")).isTrue();
    }
  }

  @Test
  void doesNotReadUnchangedFileAgain() throws Exception {
    AtomicInteger read = new AtomicInteger();
    ReloadingFile<Integer> counted = new ReloadingFile<>(file, path -> read.incrementAndGet());
    for (int i = 0; i < 10; i++) {
      counted.check();
    }
    assertThat(read).hasValue(3);
  }

  /** An executor drops a task that throws, without a message. */
  @Test
  void continuesAfterErrorOfTheReader() throws Exception {
    AtomicBoolean fails = new AtomicBoolean();
    ReloadingFile<Boolean> content =
        new ReloadingFile<>(
            file,
            path -> {
              if (fails.get()) {
                throw new StackOverflowError();
              }
              return true;
            });
    fails.set(true);
    try (LogLines logged = LogLines.warningsOf(ReloadingFile.class)) {
      content.check();
      content.check();
      assertThat(content.get()).isTrue();
      assertThat(logged.messages()).singleElement().asString().contains("StackOverflowError");
    }
  }

  private boolean isKnown(String name) throws IOException {
    return passwords
        .authenticate(
            new UsernamePasswordCredential(
                name, "wonderland".toCharArray(), mock(HttpServletRequest.class)))
        .isPresent();
  }
}
