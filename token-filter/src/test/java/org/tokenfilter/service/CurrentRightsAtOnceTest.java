package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.Race;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** Many requests and subjects at once, and an account provider that does not answer. */
final class CurrentRightsAtOnceTest {

  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final int REQUESTS = 64;

  /** The memory of the node in bytes, a tenth of which is for subjects. */
  private static final long MEMORY = 30_000_000;

  private final Scene scene = new Scene();
  private final FaultyTokenStore store = new FaultyTokenStore(scene.memory);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger mostInside = new AtomicInteger();
  private final CountDownLatch answer = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    answer.countDown();
    threads.shutdownNow();
  }

  @Test
  void manyRequestsOfOneSubjectAskOnce() throws Exception {
    AccountStatusCache statusCache = rights(this::goesOn, LONG);
    for (int round = 1; round <= 20; round++) {
      List<Set<String>> roles =
          Race.of(REQUESTS, number -> statusCache.currentRoles(record("alice"), now()));
      assertThat(roles).hasSize(REQUESTS).containsOnly(Set.of("now"));
      assertThat(begun).hasValue(round);
      scene.clock.move(INTERVAL);
      nanos.addAndGet(INTERVAL.toNanos());
    }
  }

  @Test
  void manyRequestsOfOneWhoMayNotGoOnAskOnceAndEndOnce() throws Exception {
    AccountStatusCache statusCache =
        rights(
            subject -> {
              begun.incrementAndGet();
              return Optional.empty();
            },
            LONG);
    List<Boolean> refused =
        Race.of(
            REQUESTS,
            number -> {
              try {
                statusCache.currentRoles(record("alice"), now());
                return false;
              } catch (TokenRejectedException e) {
                return true;
              }
            });
    assertThat(refused).hasSize(REQUESTS).containsOnly(true);
    assertThat(begun).hasValue(1);
    // A subject without tokens takes a single step, which finds nothing to revoke.
    assertThat(store.callCount(FaultyTokenStore.Call.REVOKE_ALL)).isEqualTo(1);
  }

  @Test
  void thoseWhoWaitForOneAnswerShareIt() throws Exception {
    AccountStatusCache statusCache = rights(this::hangs, LONG);
    List<Future<?>> waiting = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      waiting.add(threads.submit(() -> statusCache.currentRoles(record("alice"), now())));
    }
    await().until(() -> waitingIn("await") == REQUESTS - 1);
    answer.countDown();
    for (Future<?> each : waiting) {
      assertThat(each.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Set.of("now"));
    }
    assertThat(begun).hasValue(1);
  }

  @Test
  void whereNobodyAnswersNoMoreHangThanThereArePlacesAndKnownSubjectsGoOn() throws Exception {
    AccountStatusCache statusCache =
        rights(subject -> subject.name().equals("bob") ? goesOn(subject) : hangs(subject), SHORT);
    assertThat(statusCache.currentRoles(record("bob"), now())).containsExactly("now");
    for (int i = 0; i < REQUESTS; i++) {
      String name = "user" + i;
      var unused = threads.submit(() -> statusCache.currentRoles(record(name), now()));
    }
    await().until(() -> inside.get() == SharedCalls.MAX_CONCURRENT);
    await().until(() -> waitingIn("acquirePermit") == 0);

    assertThat(statusCache.currentRoles(record("bob"), now())).containsExactly("now");
    assertUnknown(statusCache, "carol");
    assertThat(mostInside).hasValue(SharedCalls.MAX_CONCURRENT);
  }

  /**
   * The new requests do not wait. If they did, the maximum wait of a minute would fail the test.
   */
  @Test
  void onceThatHasLastedNobodyWaitsAnyMore() throws Exception {
    AccountStatusCache statusCache = rights(this::hangs, LONG);
    for (int i = 0; i < SharedCalls.MAX_CONCURRENT; i++) {
      String name = "user" + i;
      var unused = threads.submit(() -> statusCache.currentRoles(record(name), now()));
    }
    await().until(() -> inside.get() == SharedCalls.MAX_CONCURRENT);
    nanos.addAndGet(LONG.toNanos() + 1);

    Future<?> newcomer = threads.submit(() -> assertUnknown(statusCache, "carol"));
    Future<?> follower = threads.submit(() -> assertUnknown(statusCache, "user0"));
    newcomer.get(LONG.toSeconds() / 2, TimeUnit.SECONDS);
    follower.get(LONG.toSeconds() / 2, TimeUnit.SECONDS);

    answer.countDown();
    await().until(() -> inside.get() == 0);
    assertThat(statusCache.currentRoles(record("carol"), now())).containsExactly("now");
  }

  @Test
  void answerThatTookLongerThanItCountsIsNotBelieved() {
    AccountStatusCache statusCache =
        rights(
            subject -> {
              nanos.addAndGet(INTERVAL.toNanos());
              return goesOn(subject);
            },
            LONG);
    assertUnknown(statusCache, "alice");
    assertThat(begun).hasValue(1);
  }

  /** The first request has no result yet when the token of the second one is issued. */
  @Test
  void whoFindsAnOpenQuestionThatIsOlderThanItsTokenAsksOnceMore() throws Exception {
    AccountStatusCache statusCache = rights(this::hangs, LONG);
    Future<?> first = threads.submit(() -> statusCache.currentRoles(record("alice"), now()));
    await().until(() -> inside.get() == 1);
    scene.clock.move(Duration.ofSeconds(1));
    TokenRecord young =
        TokenRecord.builder(TokenId.of(new byte[TokenId.LENGTH]), TokenKind.OPEN, "alice", now())
            .build();
    Future<?> second = threads.submit(() -> statusCache.currentRoles(young, now()));
    await().until(() -> waitingIn("await") == 1);
    answer.countDown();
    assertThat(first.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Set.of("now"));
    assertThat(second.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Set.of("now"));
    assertThat(begun).hasValue(2);
  }

  @Test
  void anInterruptOfWhoKeepsTheAccountsStaysWithTheThread() {
    AccountStatusCache statusCache =
        rights(
            subject -> {
              throw CurrentRightsAtOnceTest.<RuntimeException>undeclared(
                  new InterruptedException("while it waited for the directory"));
            },
            LONG);
    assertUnknown(statusCache, "alice");
    assertThat(Thread.interrupted()).isTrue();
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T undeclared(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  void memoryIsBoundedAndWhoIsForgottenIsAskedForAgain() throws Exception {
    AccountStatusCache statusCache = rights(this::goesOn, LONG);
    int subjects = 20_000;
    for (int i = 0; i < subjects; i++) {
      statusCache.currentRoles(record("user" + i), now());
    }
    assertThat(begun).hasValue(subjects);
    assertThat(statusCache.size()).isBetween(1_000L, subjects / 2L);
    for (int i = 0; i < subjects; i++) {
      assertThat(statusCache.currentRoles(record("user" + i), now())).containsExactly("now");
    }
    assertThat(begun.get()).isGreaterThan(subjects);
  }

  private AccountStatusCache rights(
      AccountRecheck.AccountStatusProvider accounts, Duration maxWait) {
    TokenEvents events =
        new TokenEvents(
            List.of(),
            Runnable::run,
            new RecentNotifications(nanos::get),
            new TokenStatistics(),
            new OperatorLog(nanos::get));
    return new AccountStatusCache(
        new AccountRecheck(INTERVAL, accounts),
        maxWait,
        new ServiceEnvironment(
            scene.clock,
            nanos::get,
            scene.random,
            Runnable::run,
            new OperatorLog(nanos::get),
            MemoryBudget.of(MEMORY)),
        new SubjectTokens(store, scene.clock, events, new TokenFamily(store, scene.clock, events)),
        events);
  }

  private Optional<Subject> goesOn(Subject subject) {
    begun.incrementAndGet();
    return Optional.of(Subject.of(subject.name(), "now"));
  }

  private Optional<Subject> hangs(Subject subject) {
    mostInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
    try {
      answer.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      inside.decrementAndGet();
    }
    return goesOn(subject);
  }

  private Instant now() {
    return scene.clock.instant();
  }

  private TokenRecord record(String subject) {
    return TokenRecord.builder(
            TokenId.of(new byte[TokenId.LENGTH]),
            TokenKind.OPEN,
            subject,
            Instant.parse("2026-03-01T09:00:00Z"))
        .build();
  }

  private void assertUnknown(AccountStatusCache statusCache, String subject) {
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> statusCache.currentRoles(record(subject), now()));
  }

  private static long waitingIn(String method) {
    return Thread.getAllStackTraces().values().stream()
        .filter(
            stack ->
                List.of(stack).stream()
                    .anyMatch(
                        frame ->
                            frame.getClassName().equals(SharedCalls.class.getName())
                                && frame.getMethodName().equals(method)))
        .count();
  }
}
