package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Subject;

/** Rechecks of subjects while the account file is empty or missing. */
final class TokenSecurityEmptyAccountsTest {

  private static final ClientAddress CLIENT = ClientAddress.parse("192.0.2.1");

  @TempDir private Path folder;
  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
  private final InMemoryTokenStore store = new InMemoryTokenStore(clock, Duration.ofHours(1));

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "# alice is away\n"})
  void revokesNoTokenWhileTheFileHasNoAccounts(String content) throws Exception {
    try (TokenSecurity security = security();
        LogLines log = new LogLines(ReloadingFile.class.getName())) {
      Path accounts = folder.resolve("accounts");
      String before = Files.readString(accounts);
      IssuedToken token = logIn(security);

      Files.writeString(accounts, content);
      await().until(() -> log.lines().stream().anyMatch(line -> line.contains("accounts")));
      for (int i = 0; i < 10; i++) {
        clock.move(Duration.ofSeconds(2));
        assertThat(use(security, token).roles()).containsExactly("user");
      }
      Files.writeString(accounts, before);
      clock.move(Duration.ofSeconds(2));
      assertThat(use(security, token).revocation()).isNull();
      assertThat(store.find(token.record().id()).orElseThrow().revocation()).isNull();
    }
  }

  @Test
  void healthReportsMissingFileUntilItIsBack() throws Exception {
    try (TokenSecurity security = security()) {
      Path accounts = folder.resolve("accounts");
      String before = Files.readString(accounts);
      IssuedToken token = logIn(security);
      assertThat(task(security).failures()).isZero();

      Files.delete(accounts);
      await().until(() -> task(security).failures() > 2);
      assertThat(task(security).failure()).isEqualTo("NoSuchFileException");
      clock.move(Duration.ofSeconds(2));
      assertThat(use(security, token).revocation()).isNull();

      Files.writeString(accounts, before);
      await()
          .until(
              () ->
                  Objects.requireNonNull(task(security).sinceSuccess())
                          .compareTo(Objects.requireNonNull(task(security).sinceFailure()))
                      < 0);
    }
  }

  private static BackgroundTaskHealth task(TokenSecurity security) {
    return security.health().tasks().stream()
        .filter(task -> task.name().equals("accounts"))
        .findFirst()
        .orElseThrow();
  }

  private TokenSecurity security() throws Exception {
    return TokenSecurity.builder()
        .settings(Accounts.settings(folder))
        .setting("token.subject.recheck", "PT1S")
        .fileCheckInterval(Duration.ofMillis(20))
        .store(store)
        .clock(clock)
        .build();
  }

  private static IssuedToken logIn(TokenSecurity security) throws Exception {
    return security
        .service()
        .issueSession(Subject.of("alice", "user"), Duration.ZERO, CLIENT, Set.of());
  }

  private static TokenRecord use(TokenSecurity security, IssuedToken token) throws Exception {
    return security
        .service()
        .validate(
            new PresentedToken(
                token.value(),
                Set.of(Objects.requireNonNull(token.sessionId()).value()),
                CLIENT,
                false))
        .record();
  }
}
