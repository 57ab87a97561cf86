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
import org.tokenfilter.credentials.AccountStatusProvider;
import org.tokenfilter.guard.Bulkhead;
import org.tokenfilter.guard.SingleFlight;
import org.tokenfilter.login.AccountRecheckPolicy;
import org.tokenfilter.memory.MemoryBudget;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.policy.ServiceEnvironment;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.testsupport.Race;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** Many requests and subjects at once, and an account provider that does not answer. */
final class AccountStatusCacheConcurrencyTest {

  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final int REQUESTS = 64;

  /** The memory of the node in bytes, a tenth of which is for subjects. */
  private static final long MEMORY = 30_000_000;

  private final ServiceFixture fixture = new ServiceFixture();
  private final FaultyTokenStore store = new FaultyTokenStore(fixture.memory);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger started = new AtomicInteger();
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger maxInside = new AtomicInteger();
  private final CountDownLatch answer = new CountDownLatch(1);

  @AfterEach
  void release() {
    answer.countDown();
    threads.shutdownNow();
  }

  @Test
  void manyRequestsOfOneSubjectShareOneCall() throws Exception {
    AccountStatusCache statusCache = newCache(this::remainsActive, LONG);
    for (int round = 1; round <= 20; round++) {
      List<Set<String>> roles =
          Race.of(REQUESTS, number -> statusCache.currentRoles(record("alice"), now()));
      assertThat(roles).hasSize(REQUESTS).containsOnly(Set.of("now"));
      assertThat(started).hasValue(round);
      fixture.clock.move(INTERVAL);
      nanos.addAndGet(INTERVAL.toNanos());
    }
  }

  @Test
  void disabledSubjectIsLookedUpAndRevokedOnce() throws Exception {
    AccountStatusCache statusCache =
        newCache(
            subject -> {
              started.incrementAndGet();
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
    assertThat(started).hasValue(1);
    // A subject without tokens takes a single step, which finds nothing to revoke.
    assertThat(store.callCount(FaultyTokenStore.Call.REVOKE_ALL)).isEqualTo(1);
  }

  @Test
  void waitingRequestsShareOneResult() throws Exception {
    AccountStatusCache statusCache = newCache(this::hangs, LONG);
    List<Future<?>> waiting = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      waiting.add(threads.submit(() -> statusCache.currentRoles(record("alice"), now())));
    }
    await().until(() -> waitingIn(SingleFlight.class, "await") == REQUESTS - 1);
    answer.countDown();
    for (Future<?> each : waiting) {
      assertThat(each.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Set.of("now"));
    }
    assertThat(started).hasValue(1);
  }

  @Test
  void hungAuthenticatorBlocksAtMostSixteenThreads() throws Exception {
    AccountStatusCache statusCache =
        newCache(
            subject -> subject.name().equals("bob") ? remainsActive(subject) : hangs(subject),
            SHORT);
    assertThat(statusCache.currentRoles(record("bob"), now())).containsExactly("now");
    for (int i = 0; i < REQUESTS; i++) {
      String name = "user" + i;
      var unused = threads.submit(() -> statusCache.currentRoles(record(name), now()));
    }
    await().until(() -> inside.get() == AccountStatusCache.MAX_CONCURRENT);
    await().until(() -> waitingIn(Bulkhead.class, "enter") == 0);

    assertThat(statusCache.currentRoles(record("bob"), now())).containsExactly("now");
    assertUnknown(statusCache, "carol");
    assertThat(maxInside).hasValue(AccountStatusCache.MAX_CONCURRENT);
  }

  /**
   * The new requests do not wait. If they did, the maximum wait of a minute would fail the test.
   */
  @Test
  void saturatedCallsRejectNewRequestsAtOnce() throws Exception {
    AccountStatusCache statusCache = newCache(this::hangs, LONG);
    for (int i = 0; i < AccountStatusCache.MAX_CONCURRENT; i++) {
      String name = "user" + i;
      var unused = threads.submit(() -> statusCache.currentRoles(record(name), now()));
    }
    await().until(() -> inside.get() == AccountStatusCache.MAX_CONCURRENT);
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
  void resultOlderThanTheIntervalIsDiscarded() {
    AccountStatusCache statusCache =
        newCache(
            subject -> {
              nanos.addAndGet(INTERVAL.toNanos());
              return remainsActive(subject);
            },
            LONG);
    assertUnknown(statusCache, "alice");
    assertThat(started).hasValue(1);
  }

  /** The first request has no result yet when the token of the second one is issued. */
  @Test
  void tokenNewerThanTheCallInFlightTriggersAnotherCall() throws Exception {
    AccountStatusCache statusCache = newCache(this::hangs, LONG);
    Future<?> first = threads.submit(() -> statusCache.currentRoles(record("alice"), now()));
    await().until(() -> inside.get() == 1);
    fixture.clock.move(Duration.ofSeconds(1));
    TokenRecord young =
        TokenRecord.builder(TokenId.of(new byte[TokenId.LENGTH]), TokenKind.OPEN, "alice", now())
            .build();
    Future<?> second = threads.submit(() -> statusCache.currentRoles(young, now()));
    await().until(() -> waitingIn(SingleFlight.class, "await") == 1);
    answer.countDown();
    assertThat(first.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Set.of("now"));
    assertThat(second.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Set.of("now"));
    assertThat(started).hasValue(2);
  }

  @Test
  void interruptedProviderKeepsTheInterruptFlag() {
    AccountStatusCache statusCache =
        newCache(
            subject -> {
              throw AccountStatusCacheConcurrencyTest.<RuntimeException>undeclared(
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
  void memoryIsBoundedAndEvictedSubjectsAreLoadedAgain() throws Exception {
    AccountStatusCache statusCache = newCache(this::remainsActive, LONG);
    int subjects = 20_000;
    for (int i = 0; i < subjects; i++) {
      statusCache.currentRoles(record("user" + i), now());
    }
    assertThat(started).hasValue(subjects);
    assertThat(statusCache.size()).isBetween(1_000L, subjects / 2L);
    for (int i = 0; i < subjects; i++) {
      assertThat(statusCache.currentRoles(record("user" + i), now())).containsExactly("now");
    }
    assertThat(started.get()).isGreaterThan(subjects);
  }

  private AccountStatusCache newCache(AccountStatusProvider accounts, Duration maxWait) {
    TokenEvents events =
        new TokenEvents(
            List.of(),
            Runnable::run,
            new EndedTokens(MEMORY),
            new TokenStatistics(),
            new OperatorLog(nanos::get));
    return new AccountStatusCache(
        new AccountRecheckPolicy(INTERVAL, accounts),
        maxWait,
        new ServiceEnvironment(
            fixture.clock,
            nanos::get,
            fixture.random,
            Runnable::run,
            new OperatorLog(nanos::get),
            MemoryBudget.of(MEMORY)),
        new SubjectTokens(store, fixture.clock, new TokenFamily(store, fixture.clock, events)),
        events);
  }

  private Optional<Subject> remainsActive(Subject subject) {
    started.incrementAndGet();
    return Optional.of(Subject.of(subject.name(), "now"));
  }

  private Optional<Subject> hangs(Subject subject) {
    maxInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
    try {
      answer.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      inside.decrementAndGet();
    }
    return remainsActive(subject);
  }

  private Instant now() {
    return fixture.clock.instant();
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

  private static long waitingIn(Class<?> guard, String method) {
    return Thread.getAllStackTraces().values().stream()
        .filter(
            stack ->
                List.of(stack).stream()
                    .anyMatch(
                        frame ->
                            frame.getClassName().equals(guard.getName())
                                && frame.getMethodName().equals(method)))
        .count();
  }
}
