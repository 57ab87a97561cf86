package org.tokenfilter.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** The limit of failed logins: 10 in 5 minutes. Cases L20 and L22. */
final class LoginThrottleTest {

  private static final Duration WINDOW = Duration.ofMinutes(5);
  private static final String CLIENT = "192.0.2.1";

  private final AtomicLong nanos = new AtomicLong();
  private final LoginThrottle throttle = new LoginThrottle(10, WINDOW, nanos::get);

  /** The slot of an attempt that may not wait. */
  private static final WaitingSlot NO_WAIT = new WaitingSlot(new Semaphore(0), WINDOW, () -> 0);

  @Test
  void refusesNameFromClientAfterTenFailures() throws Exception {
    fail(10, "alice", CLIENT);
    assertTooMany("alice", CLIENT);
    nanos.addAndGet(WINDOW.toNanos() - 1);
    assertTooMany("alice", CLIENT);
    nanos.addAndGet(1);
    fail(10, "alice", CLIENT);
    assertTooMany("alice", CLIENT);
  }

  @Test
  void windowStartsAtFirstFailureAndIsNotExtended() throws Exception {
    fail(1, "alice", CLIENT);
    nanos.addAndGet(WINDOW.toNanos() / 2);
    fail(9, "alice", CLIENT);
    for (int i = 0; i < 100; i++) {
      assertTooMany("alice", CLIENT);
    }
    nanos.addAndGet(WINDOW.toNanos() / 2);
    begin("alice", CLIENT, false, NO_WAIT).succeeded();
  }

  @Test
  void successClearsFailuresOfNameAndClient() throws Exception {
    for (int i = 0; i < 4; i++) {
      fail(9, "alice", CLIENT);
      begin("alice", CLIENT, false, NO_WAIT).succeeded();
    }
    fail(10, "alice", CLIENT);
    assertTooMany("alice", CLIENT);
  }

  @Test
  void successKeepsFailuresOfTheClient() throws Exception {
    for (int i = 0; i < 5; i++) {
      fail(9, "alice", CLIENT);
      begin("alice", CLIENT, false, NO_WAIT).succeeded();
    }
    fail(5, "alice", CLIENT);
    assertTooMany("alice", CLIENT);
    for (int i = 0; i < 50; i++) {
      fail(1, "user" + i, CLIENT);
    }
    assertTooMany("bob", CLIENT);
  }

  @Test
  void refusesNameFromAllClientsAfterHundredFailures() throws Exception {
    for (int i = 0; i < 100; i++) {
      fail(1, "alice", "198.51.100." + i);
    }
    for (int i = 0; i < 200; i++) {
      assertTooMany("alice", "198.51.100." + i);
    }
    assertTooMany("alice", CLIENT);
    fail(1, "bob", CLIENT);
    nanos.addAndGet(WINDOW.toNanos());
    fail(1, "alice", CLIENT);
  }

  /** Ten addresses cannot use up the limit for all others. */
  @Test
  void halfOfNameLimitIsReservedForNewClients() throws Exception {
    for (int i = 0; i < 10; i++) {
      fail(5, "alice", "198.51.100." + i);
    }
    for (int i = 0; i < 10; i++) {
      assertTooMany("alice", "198.51.100." + i);
    }
    for (int i = 0; i < 50; i++) {
      fail(1, "alice", "203.0.113." + i);
      assertTooMany("alice", "203.0.113." + i);
    }
    assertTooMany("alice", CLIENT);
  }

  @Test
  void refusesClientForAllNamesAfterHundredFailures() throws Exception {
    for (int i = 0; i < 100; i++) {
      fail(1, "user" + i, CLIENT);
    }
    assertTooMany("alice", CLIENT);
    fail(1, "alice", "192.0.2.2");
  }

  @Test
  void halfOfClientLimitIsReservedForNewNames() throws Exception {
    for (int i = 0; i < 10; i++) {
      fail(5, "user" + i, CLIENT);
    }
    for (int i = 0; i < 10; i++) {
      assertTooMany("user" + i, CLIENT);
    }
    for (int i = 10; i < 60; i++) {
      fail(1, "user" + i, CLIENT);
    }
    assertTooMany("alice", CLIENT);
  }

  @Test
  void checksKnownLoginInSpiteOfFailuresOfOthers() throws Exception {
    for (int i = 0; i < 100; i++) {
      fail(1, "alice", "198.51.100." + i);
      fail(1, "user" + i, CLIENT);
    }
    assertTooMany("alice", CLIENT);
    for (int i = 1; i < 10; i++) {
      LoginThrottle.Attempt attempt = begin("alice", CLIENT, true, NO_WAIT);
      assertThat(attempt.exceededLimit()).isNotNull();
      attempt.failed();
    }
    // The limit of the pair still holds: attempts refused unchecked count for it, as do these.
    assertThat(refusal("alice", CLIENT, true)).isEqualTo(Rejection.TOO_MANY_LOGINS);
  }

  @Test
  void successOfKnownLoginClearsItsFailures() throws Exception {
    for (int i = 0; i < 100; i++) {
      fail(1, "user" + i, CLIENT);
    }
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 9; i++) {
        assertTooMany("alice", CLIENT);
      }
      begin("alice", CLIENT, true, NO_WAIT).succeeded();
    }
  }

  /** An undecided attempt may succeed, so it causes no refusal. */
  @Test
  void attemptAtTheLimitWaitsForUndecidedOnes() throws Exception {
    List<LoginThrottle.Attempt> attempts = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      attempts.add(begin("alice", CLIENT, false, NO_WAIT));
    }
    assertThat(refusal("alice", CLIENT, false)).isEqualTo(Rejection.LOGIN_BUSY);
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      Semaphore seats = new Semaphore(1);
      Future<LoginThrottle.Attempt> next =
          executor.submit(
              () ->
                  begin(
                      "alice",
                      CLIENT,
                      false,
                      new WaitingSlot(seats, Duration.ofMinutes(1), Ticker.systemTicker())));
      await().untilAsserted(() -> assertThat(seats.availablePermits()).isZero());
      attempts.get(0).succeeded();
      next.get().succeeded();
    } finally {
      executor.shutdownNow();
    }
    attempts.subList(1, 10).forEach(LoginThrottle.Attempt::failed);
    fail(1, "alice", CLIENT);
    assertTooMany("alice", CLIENT);
  }

  @Test
  void refusesWaitingAttemptOnceTheOthersFail() throws Exception {
    List<LoginThrottle.Attempt> attempts = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      attempts.add(begin("alice", CLIENT, false, NO_WAIT));
    }
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      Semaphore seats = new Semaphore(1);
      Future<Rejection> next =
          executor.submit(
              () ->
                  refusal(
                      "alice",
                      CLIENT,
                      false,
                      new WaitingSlot(seats, Duration.ofMinutes(1), Ticker.systemTicker())));
      await().untilAsserted(() -> assertThat(seats.availablePermits()).isZero());
      attempts.forEach(LoginThrottle.Attempt::failed);
      assertThat(next.get()).isEqualTo(Rejection.TOO_MANY_LOGINS);
    } finally {
      executor.shutdownNow();
    }
  }

  /** Concurrent failures must not be lost. */
  @Test
  void countsAllConcurrentFailures() throws Exception {
    int rounds = 5_000;
    List<LoginThrottle.Attempt> ofOneThread = new ArrayList<>();
    List<LoginThrottle.Attempt> ofTheOther = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < 5; i++) {
        ofOneThread.add(begin("user" + round, addressOf(round), false, NO_WAIT));
        ofTheOther.add(begin("user" + round, addressOf(round), false, NO_WAIT));
      }
    }
    CyclicBarrier together = new CyclicBarrier(2);
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> failing = new ArrayList<>();
      for (List<LoginThrottle.Attempt> attempts : List.of(ofOneThread, ofTheOther)) {
        failing.add(
            executor.submit(
                () -> {
                  together.await();
                  attempts.forEach(LoginThrottle.Attempt::failed);
                  return null;
                }));
      }
      for (Future<?> done : failing) {
        done.get();
      }
    } finally {
      executor.shutdownNow();
    }
    for (int round = 0; round < rounds; round++) {
      assertTooMany("user" + round, addressOf(round));
    }
  }

  private static String addressOf(int round) {
    return "10.0." + round / 256 + '.' + round % 256;
  }

  @Test
  void knownLoginDoesNotWaitForOthers() throws Exception {
    List<LoginThrottle.Attempt> attempts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      attempts.add(begin("alice", "198.51.100." + i, false, NO_WAIT));
    }
    assertThat(refusal("alice", CLIENT, false)).isEqualTo(Rejection.LOGIN_BUSY);
    begin("alice", CLIENT, true, NO_WAIT).succeeded();
    attempts.forEach(LoginThrottle.Attempt::failed);
  }

  /** Concurrent attempts do not evade the limit of one pair. */
  @Test
  void concurrentAttemptsOfOnePairShareItsLimit() throws Exception {
    for (int i = 0; i < 10; i++) {
      String address = "198.51.100." + i;
      List<LoginThrottle.Attempt> attempts = new ArrayList<>();
      while (refusalOrNull("alice", address, attempts) == null) {
        assertThat(attempts).hasSizeLessThanOrEqualTo(10);
      }
      attempts.forEach(LoginThrottle.Attempt::failed);
    }
    begin("alice", CLIENT, false, NO_WAIT).succeeded();
  }

  /** A blank name has a count of its own, separate from the count of the client. */
  @ParameterizedTest
  @ValueSource(strings = {" ", "\u3000", "\u200b", "\u0301"})
  void blankNameIsCountedApartFromItsClient(String blank) throws Exception {
    fail(10, blank, CLIENT);
    assertTooMany(blank, CLIENT);
    fail(1, "alice", CLIENT);
    for (int i = 0; i < 50; i++) {
      fail(1, "user" + i, CLIENT);
    }
    fail(1, blank, "192.0.2.9");
  }

  @ParameterizedTest
  @CsvSource({
    "alice, ALICE",
    "alice, ' alice '",
    "alice, '\u00a0alice\u3000'",
    "alice, \uff21\uff2c\uff29\uff23\uff25",
    "\u00fcmit, u\u0308mit",
    "file, \ufb01le",
    "kelvin, \u212aelvin",
    "jose, jos\u00e9",
    "jose, JOSE\u0301",
    "strasse, stra\u00dfe",
    "strasse, STRA\u1e9eE",
    "alice, al\u200bice",
    "alice, a lice",
    "alice, alice\u00ad",
    "soren, s\u00f8ren",
    "lukasz, \u0141ukasz",
    "aether, \u00e6ther",
    "ismail, \u0131smail",
    "ismail, \u0130smail",
    "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2, \u03a3\u0399\u03a3\u03a5\u03a6\u039f\u03a3"
  })
  void equivalentNamesShareACount(String name, String other) throws Exception {
    fail(5, name, CLIENT);
    fail(5, other, CLIENT);
    assertTooMany(name, CLIENT);
    assertTooMany(other, CLIENT);
    fail(1, "another", CLIENT);
  }

  @Test
  void cancelledAttemptsDoNotCount() throws Exception {
    for (int i = 0; i < 1000; i++) {
      begin("alice", CLIENT, false, NO_WAIT).cancelled();
    }
    fail(10, "alice", CLIENT);
    assertTooMany("alice", CLIENT);
  }

  @Test
  void concurrentAttemptsDoNotExceedTheLimit() throws Exception {
    int threads = 32;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    CyclicBarrier barrier = new CyclicBarrier(threads);
    try {
      for (int round = 0; round < 50; round++) {
        String name = "user" + round;
        String address = "198.51.100." + round;
        List<LoginThrottle.Attempt> through = new CopyOnWriteArrayList<>();
        List<Future<Boolean>> attempts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          attempts.add(
              executor.submit(
                  () -> {
                    barrier.await();
                    return isAdmitted(name, address, through);
                  }));
        }
        for (Future<Boolean> attempt : attempts) {
          attempt.get();
        }
        // Ten attempts may fail. While they are undecided, the others are refused only for now.
        assertThat(through).hasSize(10);
        through.forEach(LoginThrottle.Attempt::failed);
        assertTooMany(name, address);
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void limitMayBeVeryLarge() throws Exception {
    LoginThrottle endless = new LoginThrottle(300_000_000, WINDOW, nanos::get);
    endless.begin("alice", CLIENT, false, NO_WAIT).succeeded();
  }

  /** Attempts that are refused unchecked cost an attacker nothing. */
  @Test
  void floodOfRefusedNamesDoesNotEvictTheCountOfAName() throws Exception {
    for (int i = 0; i < 100; i++) {
      fail(1, "alice", "198.51.100." + i);
    }
    for (int i = 0; i < 100; i++) {
      failIfAllowed("other" + i, CLIENT);
    }
    assertTooMany("alice", "203.0.113.1");

    for (int i = 0; i < 150_000; i++) {
      failIfAllowed("user" + i, CLIENT);
    }

    assertTooMany("alice", "203.0.113.1");
    assertTooMany("anybody", CLIENT);
  }

  @Test
  void keepsAtMostHundredThousandCountsOfAKind() throws Exception {
    for (int i = 0; i < 300_000; i++) {
      fail(1, "user" + i, "10." + (i >> 14) + "." + (i >> 6 & 0xff) + ".1");
    }
    assertThat(throttle.counts()).isBetween(150_000L, 300_000L);
  }

  /** One character may be normalized to eighteen. */
  @Test
  void countsLongNormalizedNamesByTheirPrefix() throws Exception {
    String name = "\ufdfa".repeat(200);
    fail(5, name + "a", CLIENT);
    fail(5, name + "b", CLIENT);
    assertTooMany(name, CLIENT);
  }

  /** The owner of one address of a network has all of them. */
  @Test
  void countsIpv6ClientsByNetwork() throws Exception {
    for (int i = 0; i < 100; i++) {
      fail(1, "user" + i, "2001:db8::" + Integer.toHexString(i + 1));
    }
    assertTooMany("alice", "2001:db8::ffff:ffff:ffff:ffff");
    fail(1, "alice", "2001:db8:0:1::1");
    for (int i = 0; i < 100; i++) {
      fail(1, "user" + i, "198.51.100." + i);
    }
  }

  private boolean isAdmitted(String name, String address, List<LoginThrottle.Attempt> through)
      throws InterruptedException {
    try {
      through.add(begin(name, address, false, NO_WAIT));
      return true;
    } catch (TokenRejectedException waits) {
      assertThat(waits.rejection()).isEqualTo(Rejection.LOGIN_BUSY);
      return false;
    }
  }

  private LoginThrottle.Attempt begin(
      String name, String address, boolean canBeKnown, WaitingSlot slot)
      throws TokenRejectedException, InterruptedException {
    return throttle.begin(
        NormalizedUsername.of(name),
        LoginThrottle.clientKey(ClientAddress.parse(address)),
        canBeKnown,
        slot);
  }

  private void failIfAllowed(String name, String client) throws Exception {
    try {
      fail(1, name, client);
    } catch (TokenRejectedException e) {
      assertThat(e.rejection()).isEqualTo(Rejection.TOO_MANY_LOGINS);
    }
  }

  private void fail(int times, String name, String address)
      throws TokenRejectedException, InterruptedException {
    for (int i = 0; i < times; i++) {
      begin(name, address, false, NO_WAIT).failed();
    }
  }

  private void assertTooMany(String name, String address) throws InterruptedException {
    assertThat(refusal(name, address, false)).isEqualTo(Rejection.TOO_MANY_LOGINS);
  }

  private Rejection refusal(String name, String address, boolean canBeKnown)
      throws InterruptedException {
    return refusal(name, address, canBeKnown, NO_WAIT);
  }

  private Rejection refusal(String name, String address, boolean canBeKnown, WaitingSlot slot)
      throws InterruptedException {
    try {
      begin(name, address, canBeKnown, slot);
    } catch (TokenRejectedException refused) {
      return refused.rejection();
    }
    throw new AssertionError("not refused");
  }

  private @Nullable Rejection refusalOrNull(
      String name, String address, List<LoginThrottle.Attempt> through)
      throws InterruptedException {
    try {
      through.add(begin(name, address, false, NO_WAIT));
      return null;
    } catch (TokenRejectedException refused) {
      return refused.rejection();
    }
  }
}
