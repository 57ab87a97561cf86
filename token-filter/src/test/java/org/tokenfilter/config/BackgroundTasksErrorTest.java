package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.tokenfilter.config.KeyFile.key;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tokenfilter.service.TokenListener;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Every background task continues after any throwable. Each throwable is thrown in each task, at
 * its work and again where the task reports the failure. Afterwards, each task must do its work.
 */
final class BackgroundTasksErrorTest {

  private static final ClientAddress CLIENT = ClientAddress.parse("192.0.2.1");
  private static final Set<String> TASKS =
      Set.of("uses", "ends", "sweep", "keys", "accounts", "listeners");
  private static final AtomicInteger NUMBER = new AtomicInteger();

  @TempDir private Path folder;
  private final String audience = "sabotage-" + NUMBER.incrementAndGet();
  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
  private final FaultInjector faults = new FaultInjector(clock, "token-filter " + audience);
  private final InMemoryTokenStore store = new InMemoryTokenStore(clock, Duration.ofHours(1));
  private final AtomicInteger notifications = new AtomicInteger();
  private KeyFile keys;
  private Path accounts;
  private String twoAccounts;
  private TokenSecurity security;

  @BeforeEach
  void start() throws Exception {
    keys = new KeyFile(folder);
    keys.replace(key("k1", "active"));
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    settings.remove("token.renewal.interval");
    accounts = folder.resolve("accounts");
    twoAccounts = Files.readString(accounts);
    security =
        TokenSecurity.builder()
            .settings(settings)
            .setting("token.audience", audience)
            .setting("token.idle-timeout", "PT2M")
            .setting("token.renewal.interval", "PT1S")
            .setting("token.sweep.interval", "PT1S")
            .setting("token.subject.recheck", "PT1S")
            .fileCheckInterval(Duration.ofMillis(50))
            .store(store)
            .clock(faults)
            .listener(
                new TokenListener() {
                  @Override
                  public void tokenIssued(TokenRecord record) {
                    faults.throwIfSet();
                    notifications.incrementAndGet();
                  }
                })
            .build();
  }

  @AfterEach
  void stop() {
    faults.inject(null);
    security.close();
    faults.close();
  }

  static List<Supplier<Throwable>> throwables() {
    return List.of(
        () -> new OutOfMemoryError("sabotage"),
        () -> new NoClassDefFoundError("sabotage"),
        StackOverflowError::new,
        () -> new Exception("undeclared"),
        () -> new InterruptedException("sabotage"),
        () -> new IllegalStateException("sabotage"));
  }

  @ParameterizedTest
  @MethodSource("throwables")
  void everyTaskContinuesAfterAnyThrowable(Supplier<Throwable> thrown) throws Exception {
    faults.inject(thrown);
    keys.replace("broken");
    Files.writeString(accounts, "broken");
    await()
        .dontCatchUncaughtExceptions()
        .untilAsserted(
            () -> {
              logIn("someone");
              assertThat(TASKS)
                  .allSatisfy(task -> assertThat(faults.throwCount(task)).isPositive());
            });
    faults.inject(null);

    assertEachTaskWorks();
  }

  private void assertEachTaskWorks() throws Exception {
    notifications.set(0);
    IssuedToken token = logIn("alice");
    awaitTask("listeners").untilAsserted(() -> assertThat(notifications).hasPositiveValue());

    clock.move(Duration.ofSeconds(20));
    Instant used = clock.instant();
    awaitTask("ends").until(() -> Objects.requireNonNull(security.health().feed()).fresh());
    security.service().renew(security.service().validate(presented(token)));
    awaitTask("uses").until(() -> stored(token).lastUsedAt().equals(used));

    IssuedToken other = logIn("alice");
    security.service().validate(presented(other));
    store.revoke(other.record().id(), Revocation.of(RevocationReason.CLOSED, clock.instant()));
    awaitTask("ends").until(() -> isRejected(other));

    keys.replace(key("k1", "retired"), key("k2", "active"));
    awaitTask("keys").until(() -> isRejected(token));
    awaitTask("keys").until(() -> security.health().key().kid().equals("k2"));

    IssuedToken fresh = logIn("alice");
    security.service().validate(presented(fresh));
    Files.writeString(accounts, twoAccounts.replace("alice:", "carol:"));
    awaitTask("accounts")
        .until(
            () -> {
              clock.move(Duration.ofSeconds(1));
              return isRejected(fresh);
            });

    IssuedToken left = logIn("bob");
    clock.move(Duration.ofMinutes(3));
    awaitTask("sweep").until(() -> Optional.ofNullable(stored(left).revocation()).isPresent());
    assertThat(Objects.requireNonNull(stored(left).revocation()).reason())
        .isEqualTo(RevocationReason.EXPIRED);
  }

  private static ConditionFactory awaitTask(String task) {
    return await().dontCatchUncaughtExceptions().alias(task);
  }

  private IssuedToken logIn(String user) throws TokenRejectedException {
    return security
        .service()
        .issueSession(Subject.of(user, "user"), Duration.ZERO, CLIENT, Set.of());
  }

  private TokenRecord stored(IssuedToken token) {
    TokenId id = token.record().id();
    return store.find(id).orElseThrow();
  }

  private boolean isRejected(IssuedToken token) {
    try {
      security.service().validate(presented(token));
      return false;
    } catch (TokenRejectedException refused) {
      return true;
    }
  }

  private static PresentedToken presented(IssuedToken token) {
    return new PresentedToken(
        token.value(), Set.of(Objects.requireNonNull(token.sessionId()).value()), CLIENT, false);
  }
}
