package org.tokenfilter.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

import com.github.benmanes.caffeine.cache.Ticker;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** Concurrent logins, and logins without a decision. Cases L24 and L26. */
final class LoginServiceConcurrencyTest {

  private static final HttpServletRequest REQUEST = mock(HttpServletRequest.class);
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final LoginService.Capacity ONE = new LoginService.Capacity(1, 8);

  private final CountDownLatch open = new CountDownLatch(1);
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger maxInside = new AtomicInteger();
  private final List<Rejection> reportedRejections = new CopyOnWriteArrayList<>();
  private final ExecutorService clients = Executors.newCachedThreadPool();

  @AfterEach
  void stopTheClients() {
    open.countDown();
    clients.shutdownNow();
  }

  @ParameterizedTest
  @CsvSource({"1, 8", "2, 64", "32, 64", "4, 0"})
  void checksFewQueuesSomeAndRejectsTheRest(int atOnce, int waiting) throws Exception {
    LoginService loginService =
        service(this::slowly, throttle(10), new LoginService.Capacity(atOnce, waiting, LONG));
    int held = atOnce + waiting;
    int storm = held + 50;
    AtomicInteger busy = new AtomicInteger();
    List<Future<Boolean>> logins = new ArrayList<>();
    for (int i = 0; i < storm; i++) {
      String name = "user" + i;
      logins.add(clients.submit(() -> isAccepted(loginService, name, busy)));
    }
    await().untilAsserted(() -> assertThat(busy).hasValue(50));
    await().untilAsserted(() -> assertThat(inside).hasValue(atOnce));
    open.countDown();
    int letIn = 0;
    for (Future<Boolean> login : logins) {
      letIn += login.get() ? 1 : 0;
    }
    assertThat(letIn).isEqualTo(held);
    assertThat(maxInside).hasValue(atOnce);
    assertThat(busy).hasValue(50);
    // All places are free again.
    assertThat(loginService.login(login("alice"), client("192.0.2.1")))
        .isEqualTo(Subject.of("alice"));
  }

  @Test
  void waitingTimeoutIsNoFailedLogin() throws Exception {
    LoginService loginService =
        service(this::slowly, throttle(1), new LoginService.Capacity(1, 8, Duration.ofMillis(1)));
    Future<Subject> first =
        clients.submit(() -> loginService.login(login("alice"), client("192.0.2.1")));
    await().untilAsserted(() -> assertThat(inside).hasValue(1));
    for (int i = 0; i < 3; i++) {
      assertRefused(loginService, "bob", Rejection.LOGIN_BUSY);
    }
    assertThat(reportedRejections).containsOnly(Rejection.LOGIN_BUSY).hasSize(3);
    open.countDown();
    assertThat(first.get()).isEqualTo(Subject.of("alice"));
    assertThat(loginService.login(login("bob"), client("192.0.2.1"))).isEqualTo(Subject.of("bob"));
  }

  @Test
  void interruptWhileWaitingIsNoFailedLogin() throws Exception {
    LoginService loginService =
        service(this::slowly, throttle(1), new LoginService.Capacity(1, 8, LONG));
    Future<Subject> first =
        clients.submit(() -> loginService.login(login("alice"), client("192.0.2.1")));
    await().untilAsserted(() -> assertThat(inside).hasValue(1));
    Thread.currentThread().interrupt();
    assertThatIOException().isThrownBy(() -> loginService.login(login("bob"), client("192.0.2.1")));
    assertThat(Thread.interrupted()).isTrue();
    open.countDown();
    assertThat(first.get()).isEqualTo(Subject.of("alice"));
    assertThat(loginService.login(login("bob"), client("192.0.2.1"))).isEqualTo(Subject.of("bob"));
  }

  @Test
  void failureOfTheAuthenticatorIsNoFailedLogin() throws Exception {
    List<Throwable> failures =
        List.of(
            new IOException("the directory is down"),
            new IllegalStateException("a defect"),
            new StackOverflowError());
    AtomicInteger asked = new AtomicInteger();
    LoginService loginService =
        service(
            credential -> {
              int turn = asked.getAndIncrement();
              if (turn < failures.size()) {
                throw LoginServiceConcurrencyTest.<IOException>sneakyThrow(failures.get(turn));
              }
              return Optional.of(Subject.of(credential.username()));
            },
            throttle(1),
            ONE);
    for (Throwable failure : failures) {
      UsernamePasswordCredential credential = login("alice");
      assertThatThrownBy(() -> loginService.login(credential, client("192.0.2.1")))
          .isSameAs(failure);
      assertThat(credential.password()).containsOnly('\0');
    }
    assertThat(reportedRejections).isEmpty();
    assertThat(loginService.login(login("alice"), client("192.0.2.1")))
        .isEqualTo(Subject.of("alice"));
  }

  @Test
  void undeclaredExceptionIsNoFailedLogin() throws Exception {
    Exception undeclared = new Exception("of another language");
    AtomicInteger asked = new AtomicInteger();
    LoginService loginService =
        service(
            credential -> {
              if (asked.getAndIncrement() == 0) {
                throw LoginServiceConcurrencyTest.<IOException>sneakyThrow(undeclared);
              }
              return Optional.of(Subject.of(credential.username()));
            },
            throttle(1),
            ONE);
    assertThatIOException()
        .isThrownBy(() -> loginService.login(login("alice"), client("192.0.2.1")))
        .withCause(undeclared);
    assertThat(reportedRejections).isEmpty();
    assertThat(loginService.login(login("alice"), client("192.0.2.1")))
        .isEqualTo(Subject.of("alice"));
  }

  /** Case L26: otherwise, the answer would distinguish an unknown user from a wrong password. */
  @Test
  @SuppressWarnings({"NullAway", "OptionalAssignedToNull"}) // a defective authenticator
  void authenticatorThatReturnsNullRefuses() throws Exception {
    LoginService loginService = service(credential -> null, throttle(2), ONE);
    assertRefused(loginService, "alice", Rejection.WRONG_CREDENTIALS);
    assertRefused(loginService, "alice", Rejection.WRONG_CREDENTIALS);
    assertRefused(loginService, "alice", Rejection.TOO_MANY_LOGINS);
    assertThat(reportedRejections)
        .containsExactly(
            Rejection.WRONG_CREDENTIALS, Rejection.WRONG_CREDENTIALS, Rejection.TOO_MANY_LOGINS);
  }

  @Test
  void authenticatorIsNotCalledAfterTooManyFailures() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    LoginService loginService =
        service(
            credential -> {
              asked.incrementAndGet();
              return Optional.empty();
            },
            throttle(3),
            ONE);
    for (int i = 0; i < 3; i++) {
      assertRefused(loginService, "alice", Rejection.WRONG_CREDENTIALS);
    }
    for (int i = 0; i < 10; i++) {
      assertRefused(loginService, "alice", Rejection.TOO_MANY_LOGINS);
    }
    assertThat(asked).hasValue(3);
  }

  /** Each of them may succeed, so undecided ones do not count as failed. */
  @Test
  void fortyLoginsOfOneUserAtOnceAllSucceed() throws Exception {
    LoginService loginService =
        service(this::slowly, throttle(10), new LoginService.Capacity(32, 64, LONG));
    List<Future<Subject>> logins = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      logins.add(clients.submit(() -> loginService.login(login("alice"), client("192.0.2.1"))));
    }
    await().untilAsserted(() -> assertThat(inside).hasValue(10));
    open.countDown();
    for (Future<Subject> login : logins) {
      assertThat(login.get()).isEqualTo(Subject.of("alice"));
    }
    assertThat(maxInside).hasValue(10);
    assertThat(reportedRejections).isEmpty();
  }

  /** Concurrent wrong logins do not exceed the limit: each is decided before the next one. */
  @Test
  void onlyTenOfFortyConcurrentWrongLoginsAreChecked() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    LoginService loginService =
        service(
            credential -> {
              asked.incrementAndGet();
              slowly(credential);
              return Optional.empty();
            },
            throttle(10),
            new LoginService.Capacity(32, 64, LONG));
    List<Future<Rejection>> logins = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      logins.add(
          clients.submit(
              () -> {
                try {
                  loginService.login(login("alice"), client("192.0.2.1"));
                  throw new AssertionError("let in");
                } catch (TokenRejectedException e) {
                  return e.rejection();
                }
              }));
    }
    await().untilAsserted(() -> assertThat(inside).hasValue(10));
    open.countDown();
    List<Rejection> rejections = new ArrayList<>();
    for (Future<Rejection> login : logins) {
      rejections.add(login.get());
    }
    assertThat(asked).hasValue(10);
    assertThat(rejections.stream().filter(Rejection.WRONG_CREDENTIALS::equals)).hasSize(10);
    assertThat(rejections.stream().filter(Rejection.TOO_MANY_LOGINS::equals)).hasSize(30);
  }

  private LoginService service(
      Authenticator authenticator, LoginThrottle throttle, LoginService.Capacity capacity) {
    return new LoginService(
        authenticator,
        throttle,
        capacity,
        (name, refused, client) -> reportedRejections.add(refused.rejection()),
        new SecureRandom(),
        Ticker.systemTicker());
  }

  private Optional<Subject> slowly(UsernamePasswordCredential credential) throws IOException {
    maxInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
    try {
      open.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    } finally {
      inside.decrementAndGet();
    }
    return Optional.of(Subject.of(credential.username()));
  }

  private static boolean isAccepted(LoginService loginService, String name, AtomicInteger busy)
      throws IOException {
    try {
      // Each login comes from another client.
      String address = "10.0.0." + name.substring("user".length());
      loginService.login(login(name), client(address));
      return true;
    } catch (TokenRejectedException e) {
      assertThat(e.rejection()).isEqualTo(Rejection.LOGIN_BUSY);
      busy.incrementAndGet();
      return false;
    }
  }

  private static void assertRefused(LoginService loginService, String name, Rejection rejection) {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(() -> loginService.login(login(name), client("192.0.2.1")))
        .satisfies(e -> assertThat(e.rejection()).isEqualTo(rejection));
  }

  private static LoginThrottle throttle(int failures) {
    return new LoginThrottle(failures, Duration.ofMinutes(5), () -> 0);
  }

  private static UsernamePasswordCredential login(String name) {
    return new UsernamePasswordCredential(name, "secret".toCharArray(), REQUEST);
  }

  private static ClientAddress client(String address) {
    return ClientAddress.parse(address);
  }

  /** Throws any throwable, declared or not. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T sneakyThrow(Throwable failure) throws T {
    throw (T) failure;
  }
}
