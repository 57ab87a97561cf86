package org.tokenfilter.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** How many failed logins are borne: 10 in 5 minutes. Cases L20 and L22. */
final class LoginThrottleTest {

  private static final Duration WINDOW = Duration.ofMinutes(5);
  private static final String CLIENT = "192.0.2.1";

  private final AtomicLong nanos = new AtomicLong();
  private final LoginThrottle throttle = new LoginThrottle(10, WINDOW, nanos::get);

  @Test
  void afterTenFailuresTheNameIsRefusedFromThatClientUntilTheWindowIsOver() throws Exception {
    fail(10, "alice", CLIENT);
    assertTooMany("alice", CLIENT);
    nanos.addAndGet(WINDOW.toNanos() - 1);
    assertTooMany("alice", CLIENT);
    nanos.addAndGet(1);
    fail(10, "alice", CLIENT);
    assertTooMany("alice", CLIENT);
  }

  @Test
  void windowBeginsWithTheFirstFailureAndRefusedAttemptsDoNotLengthenIt() throws Exception {
    fail(1, "alice", CLIENT);
    nanos.addAndGet(WINDOW.toNanos() / 2);
    fail(9, "alice", CLIENT);
    for (int i = 0; i < 100; i++) {
      assertTooMany("alice", CLIENT);
    }
    nanos.addAndGet(WINDOW.toNanos() / 2);
    throttle.begin("alice", client(CLIENT)).succeeded();
  }

  @Test
  void rightPasswordForgetsTheFailuresOfTheNameFromThatClient() throws Exception {
    for (int i = 0; i < 9; i++) {
      fail(9, "alice", CLIENT);
      throttle.begin("alice", client(CLIENT)).succeeded();
    }
    fail(10, "alice", CLIENT);
    assertTooMany("alice", CLIENT);
  }

  @Test
  void rightPasswordDoesNotForgetTheFailuresOfTheClient() throws Exception {
    for (int i = 0; i < 11; i++) {
      fail(9, "alice", CLIENT);
      throttle.begin("alice", client(CLIENT)).succeeded();
    }
    fail(1, "alice", CLIENT);
    assertTooMany("alice", CLIENT);
    assertTooMany("bob", CLIENT);
  }

  @Test
  void nameIsRefusedFromEverywhereAfterAHundredFailures() throws Exception {
    for (int i = 0; i < 10; i++) {
      fail(10, "alice", "198.51.100." + i);
      assertTooMany("alice", "198.51.100." + i);
    }
    assertTooMany("alice", CLIENT);
    fail(1, "bob", CLIENT);
    nanos.addAndGet(WINDOW.toNanos());
    fail(1, "alice", CLIENT);
  }

  @Test
  void clientIsRefusedWhateverTheNameAfterAHundredFailures() throws Exception {
    for (int i = 0; i < 100; i++) {
      fail(1, "user" + i, CLIENT);
    }
    assertTooMany("alice", CLIENT);
    fail(1, "alice", "192.0.2.2");
  }

  @ParameterizedTest
  @CsvSource({
    "alice, ALICE",
    "alice, ' alice '",
    "alice, '\u00a0alice\u3000'",
    "alice, \uff21\uff2c\uff29\uff23\uff25",
    "\u00fcmit, u\u0308mit",
    "file, \ufb01le",
    "kelvin, \u212aelvin"
  })
  void namesThatAnAccountDatabaseMayTakeForOneShareACount(String name, String other)
      throws Exception {
    fail(5, name, CLIENT);
    fail(5, other, CLIENT);
    assertTooMany(name, CLIENT);
    assertTooMany(other, CLIENT);
    fail(1, "another", CLIENT);
  }

  @Test
  void whatWasNotDecidedDoesNotCount() throws Exception {
    for (int i = 0; i < 1000; i++) {
      throttle.begin("alice", client(CLIENT)).undecided();
    }
    fail(10, "alice", CLIENT);
    assertTooMany("alice", CLIENT);
  }

  @Test
  void attemptsMadeAtOnceDoNotSlipThrough() throws Exception {
    int threads = 32;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    CyclicBarrier barrier = new CyclicBarrier(threads);
    try {
      for (int round = 0; round < 50; round++) {
        String name = "user" + round;
        String address = "198.51.100." + round;
        List<Future<Boolean>> attempts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          attempts.add(
              executor.submit(
                  () -> {
                    barrier.await();
                    return isLetThrough(name, address);
                  }));
        }
        int through = 0;
        for (Future<Boolean> attempt : attempts) {
          through += attempt.get() ? 1 : 0;
        }
        assertThat(through).isBetween(1, 10);
        fail(10 - through, name, address);
        assertTooMany(name, address);
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void patienceMayBeAsGoodAsEndless() throws Exception {
    LoginThrottle endless = new LoginThrottle(300_000_000, WINDOW, nanos::get);
    endless.begin("alice", client(CLIENT)).succeeded();
  }

  @Test
  void noMoreThanAHundredThousandCountsAreKept() throws Exception {
    for (int i = 0; i < 300_000; i++) {
      fail(1, "user" + i, "10." + (i >> 14) + "." + (i >> 6 & 0xff) + ".1");
    }
    assertThat(throttle.counts()).isBetween(50_000L, 100_000L);
  }

  /** One character may become eighteen. */
  @Test
  void namesThatAreLongOnceTheyAreFoldedAreCountedByTheirBeginning() throws Exception {
    String name = "\ufdfa".repeat(200);
    fail(5, name + "a", CLIENT);
    fail(5, name + "b", CLIENT);
    assertTooMany(name, CLIENT);
  }

  /** Whoever has one address of it has all. */
  @Test
  void clientOfIpv6IsItsNetwork() throws Exception {
    for (int i = 0; i < 100; i++) {
      fail(1, "user" + i, "2001:db8::" + Integer.toHexString(i + 1));
    }
    assertTooMany("alice", "2001:db8::ffff:ffff:ffff:ffff");
    fail(1, "alice", "2001:db8:0:1::1");
    for (int i = 0; i < 100; i++) {
      fail(1, "user" + i, "198.51.100." + i);
    }
  }

  private boolean isLetThrough(String name, String address) {
    try {
      throttle.begin(name, client(address));
      return true;
    } catch (TokenRejectedException tooMany) {
      return false;
    }
  }

  private void fail(int times, String name, String address) throws TokenRejectedException {
    for (int i = 0; i < times; i++) {
      throttle.begin(name, client(address));
    }
  }

  private void assertTooMany(String name, String address) {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(() -> throttle.begin(name, client(address)))
        .satisfies(e -> assertThat(e.rejection()).isEqualTo(Rejection.TOO_MANY_LOGINS));
  }

  private static ClientAddress client(String address) {
    return ClientAddress.parse(address);
  }
}
