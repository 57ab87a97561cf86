package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.token.Subject;

/** Cases L20, L22 and L24: users with the right password during many other logins and guesses. */
final class LoginContentionTest {

  private static final String HOME = "127.20.0.1";

  @TempDir private Path folder;

  private final ExecutorService clients = Executors.newCachedThreadPool();

  @AfterEach
  void stopTheClients() {
    clients.shutdownNow();
  }

  private AttackedApp start(Authenticator accounts) throws Exception {
    return FamilyServlets.in(AttackedApp.plan(folder).authenticator(accounts)).start();
  }

  private static Authenticator authenticator() {
    return credential ->
        new String(credential.password()).equals("wonderland")
            ? Optional.of(Subject.of(credential.username()))
            : Optional.empty();
  }

  /** No login has failed, and the result of a login is unknown until it has been checked. */
  @Test
  void fortyConcurrentLoginsOfOneUserSucceed() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    try (AttackedApp app =
        start(
            credential -> {
              inside.incrementAndGet();
              awaitLatch(open);
              return authenticator().authenticate(credential);
            })) {
      List<Future<Answer>> logins =
          atOnce(40, i -> () -> LoginRoute.OPEN_BASIC.logIn(app.http(), "alice", "wonderland"));
      await().untilAsserted(() -> assertThat(inside.get()).isGreaterThanOrEqualTo(10));
      open.countDown();
      for (Future<Answer> login : logins) {
        assertThat(LoginRoute.OPEN_BASIC.issues(login.get())).as(login.get().head()).isTrue();
      }
    }
  }

  @Test
  void introspectingCallersDoNotBlockLogins() throws Exception {
    List<String> lines = new ArrayList<>();
    lines.add("service:" + hash("service-secret") + ":introspect");
    String persons = hash("wonderland");
    IntStream.range(0, 12).forEach(i -> lines.add("user" + i + ":" + persons + ":user"));
    Path accounts = Files.write(folder.resolve("costly"), lines);
    try (AttackedApp app =
        FamilyServlets.in(
                AttackedApp.plan(folder)
                    .setting("token.credentials.file", accounts.toString())
                    .setting("token.introspection.role", "introspect"))
            .start()) {
      AtomicInteger introspected = new AtomicInteger();
      List<Future<Answer>> all = new ArrayList<>();
      all.addAll(
          atOnce(
              12,
              i ->
                  () -> {
                    Answer answer = withRetries(() -> introspect(app, "service:service-secret"));
                    for (int n = 0; n < 20 && answer.status() == 200; n++) {
                      introspected.incrementAndGet();
                      answer = withRetries(() -> introspect(app, "service:service-secret"));
                    }
                    return answer;
                  }));
      all.addAll(
          atOnce(
              12,
              i ->
                  () ->
                      withRetries(
                          () ->
                              LoginRoute.OPEN_BASIC.logIn(
                                  app.http().from("127.21.0." + (i + 1)),
                                  "user" + i,
                                  "wonderland"))));
      for (Future<Answer> answer : all) {
        assertThat(answer.get().status()).as(answer.get().head()).isEqualTo(200);
      }
      assertThat(introspected).hasValue(240);
    }
  }

  /** Repeats a request that gets 503, like a client that obeys Retry-After on a slow machine. */
  private static Answer withRetries(Callable<Answer> request) throws Exception {
    Answer answer = request.call();
    for (int i = 0; i < 20 && answer.status() == 503; i++) {
      assertThat(answer.all("Retry-After")).containsExactly("1");
      answer = request.call();
    }
    return answer;
  }

  /** Each address of the attacker guesses; the user has recently logged in from home. */
  @ParameterizedTest
  @ValueSource(ints = {10, 1_000})
  void attackerWithManyAddressesDoesNotLockOutKnownUser(int addresses) throws Exception {
    try (AttackedApp app = start(authenticator())) {
      RawHttp home = app.http().from(HOME);
      assertIssued(LoginRoute.OPEN_BASIC.logIn(home, "alice", "wonderland"));
      for (int round = 0; round < 2; round++) {
        int guesses = addresses == 10 ? 10 : 1;
        for (int i = 0; i < addresses * guesses; i++) {
          RawHttp stranger = app.http().from(address(22, i % addresses));
          assertThat(LoginRoute.OPEN_BASIC.logIn(stranger, "alice", "guess" + i).status())
              .isIn(401, 429);
        }
        assertIssued(LoginRoute.OPEN_BASIC.logIn(home, "alice", "wonderland"));
      }
      // The attacker does not benefit from the known login at the user's home.
      for (String password : List.of("guess", "wonderland")) {
        Answer answer =
            LoginRoute.OPEN_BASIC.logIn(app.http().from(address(22, 0)), "alice", password);
        assertThat(answer.status()).isEqualTo(429);
      }
    }
  }

  /** A user who has never logged in is not locked out either, if the attacker has few addresses. */
  @Test
  void attackerWithTenAddressesDoesNotLockOutNewUser() throws Exception {
    try (AttackedApp app = start(authenticator())) {
      for (int i = 0; i < 200; i++) {
        LoginRoute.OPEN_BASIC.logIn(app.http().from(address(23, i % 10)), "alice", "guess" + i);
      }
      assertIssued(LoginRoute.OPEN_BASIC.logIn(app.http().from(HOME), "alice", "wonderland"));
    }
  }

  @Test
  void guessesBehindUnnamedProxyDoNotLockOutKnownUsers() throws Exception {
    try (AttackedApp app = start(authenticator())) {
      RawHttp proxy = app.http();
      for (String name : List.of("alice", "bob", "carol")) {
        assertIssued(logIn(proxy, name, "wonderland"));
      }
      List<String> logged = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        Answer answer = logIn(proxy, "user" + i, "Summer26");
        assertThat(answer.status()).isEqualTo(i < 100 ? 401 : 429);
      }
      logged.addAll(app.logLines());
      for (String name : List.of("alice", "bob", "carol")) {
        assertIssued(logIn(proxy, name, "wonderland"));
      }
      // The answer does not disclose the known users, neither to a guess nor to an unknown user.
      String known = withoutDate(logIn(proxy, "alice", "guess"));
      assertThat(known).startsWith("HTTP/1.1 429 ");
      assertThat(withoutDate(logIn(proxy, "dave", "guess"))).isEqualTo(known);
      assertThat(withoutDate(logIn(proxy, "dave", "wonderland"))).isEqualTo(known);
      assertThat(logged.stream().filter(line -> line.startsWith("WARN Logins from")))
          .singleElement()
          .asString()
          .startsWith("WARN Logins from 127.0.0.1 ")
          .contains("token.trusted-proxies");
    }
  }

  private static Answer logIn(RawHttp proxy, String name, String password) throws IOException {
    return LoginRoute.OPEN_BASIC.logIn(
        proxy, name, password, "X-Forwarded-For: 198.51.100." + (name.hashCode() & 0x7f));
  }

  private static void assertIssued(Answer answer) {
    assertThat(LoginRoute.OPEN_BASIC.issues(answer)).as(answer.head()).isTrue();
  }

  /** Returns an answer without its date. */
  private static String withoutDate(Answer answer) {
    return answer.head().replaceAll("\r\nDate: [^\r]*", "") + "\r\n\r\n" + answer.body();
  }

  private static String address(int network, int i) {
    return "127." + network + "." + (i >> 8) + "." + (i & 0xff);
  }

  private static Answer introspect(AttackedApp app, String credentials) throws IOException {
    return app.http()
        .post(
            "/oauth/introspect",
            "application/x-www-form-urlencoded",
            "token=abc",
            "Authorization: " + WebApp.basic(credentials));
  }

  private interface RequestFactory {
    Callable<Answer> create(int i);
  }

  private List<Future<Answer>> atOnce(int count, RequestFactory client) {
    CyclicBarrier barrier = new CyclicBarrier(count);
    return IntStream.range(0, count)
        .mapToObj(client::create)
        .map(
            call ->
                clients.submit(
                    () -> {
                      barrier.await();
                      return call.call();
                    }))
        .toList();
  }

  /** Returns an expensive hash. */
  private static String hash(String password) throws Exception {
    byte[] salt = new byte[16];
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, 30_000, 256);
    byte[] hash =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded();
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$pbkdf2-sha512$30000$"
        + base64.encodeToString(salt)
        + "$"
        + base64.encodeToString(hash);
  }

  private static void awaitLatch(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
