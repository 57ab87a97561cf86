package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.carrier.RefusalWarnings;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.config.TokenSecurityBuilder;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Subject;

/** Responses to failed logins. Cases L20, L24 and L26. */
@SuppressWarnings("NullAway.Init") // each test starts the application by its own settings
final class LoginRejectionsOverHttpTest {

  private static final String LOGIN = "/security/rest/token/access/5";

  @TempDir private Path folder;
  private TokenSecurity security;
  private WebApp app;
  private RawHttp client;

  private void start(Map<String, String> settings, @Nullable Authenticator authenticator)
      throws Exception {
    TokenSecurityBuilder builder =
        TokenSecurity.builder().settings(Accounts.settings(folder)).settings(settings);
    if (authenticator != null) {
      builder.authenticator(authenticator);
    }
    security = builder.build();
    app =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet(
                "/api/who",
                (request, response) -> response.getWriter().print(request.getRemoteUser()))
            .start();
    client = RawHttp.to(app);
  }

  @AfterEach
  void stopTheApplication() {
    app.close();
    security.close();
  }

  @Test
  void answersAllWrongCredentialsWithIdenticalBytes() throws Exception {
    start(Map.of("token.login.failures", "1000"), null);
    Set<String> answers = new HashSet<>();
    for (String credentials :
        List.of(
            "alice:wrong",
            "nobody:wonderland",
            "Alice:wonderland",
            "alice :wonderland",
            "alice:",
            ":wonderland",
            ":",
            "alice",
            "",
            "ali\u0000ce:wonderland",
            "a".repeat(256) + ":wonderland",
            "alice:" + "p".repeat(1025),
            "'--:x",
            "${jndi:ldap://192.0.2.1/a}:x")) {
      answers.add(withoutDate(login(credentials)));
    }
    answers.add(withoutDate(client.get(LOGIN)));
    answers.add(withoutDate(client.get(LOGIN, "Authorization: Basic")));
    answers.add(withoutDate(client.get(LOGIN, "Authorization: Basic !!!")));
    answers.add(withoutDate(client.get(LOGIN, "Authorization: Bearer abc")));
    answers.add(
        withoutDate(client.get(LOGIN, "Authorization: Basic " + base64(new byte[] {-1, ':'}))));
    assertThat(answers).singleElement().asString().startsWith("HTTP/1.1 401 Unauthorized");
  }

  @Test
  void nullFromAuthenticatorIsAWrongPassword() throws Exception {
    start(Map.of(), null);
    String wrong = withoutDate(login("alice:wrong"));
    stopTheApplication();
    start(Map.of(), authenticatorReturningNull());
    assertThat(withoutDate(login("alice:wonderland"))).isEqualTo(wrong);
  }

  @SuppressWarnings({"NullAway", "OptionalAssignedToNull"}) // what an authenticator must not do
  private static Authenticator authenticatorReturningNull() {
    return credential -> null;
  }

  @Test
  void throttlesUserAndClientAfterTenFailures() throws Exception {
    start(Map.of("token.login.window", "PT7M"), null);
    for (int i = 0; i < 10; i++) {
      assertThat(login("alice:wrong").status()).isEqualTo(401);
    }
    for (String credentials : List.of(Accounts.ALICE, "alice:wrong", " ALICE :wrong")) {
      Answer answer = login(credentials);
      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.all("Retry-After")).containsExactly("420");
      assertThat(answer.all("WWW-Authenticate")).isEmpty();
      assertThat(answer.all("Cache-Control")).containsExactly("no-store");
      assertThat(answer.body())
          .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Too Many Requests\",\"status\":429}");
    }
    assertThat(login(Accounts.BOB).status()).isEqualTo(200);
    assertThat(
            client
                .from("127.0.0.2")
                .get(LOGIN, "Authorization: " + WebApp.basic(Accounts.ALICE))
                .status())
        .isEqualTo(200);
  }

  @Test
  void authenticatorErrorIsAnsweredWith503() throws Exception {
    List<Throwable> failures =
        List.of(
            new IOException("ldap://directory.example is down"),
            new IllegalStateException("a defect"),
            new StackOverflowError());
    AtomicInteger asked = new AtomicInteger();
    start(
        Map.of("token.login.failures", "1"),
        credential -> {
          int turn = asked.getAndIncrement();
          if (turn < failures.size()) {
            throw LoginRejectionsOverHttpTest.<IOException>sneakyThrow(failures.get(turn));
          }
          return Optional.of(Subject.of(credential.username()));
        });
    try (LogLines logged = LogLines.warningsOf(RefusalWarnings.class)) {
      for (int i = 0; i < failures.size(); i++) {
        Answer answer = login(Accounts.ALICE);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.all("Retry-After")).containsExactly("1");
        assertThat(answer.all("WWW-Authenticate")).isEmpty();
        assertThat(answer.body()).doesNotContain("ldap", "defect", "Exception");
      }
      assertThat(logged.messages())
          .singleElement()
          .asString()
          .startsWith("Requests cannot be decided")
          .contains("ldap://directory.example is down");
      assertThat(login(Accounts.ALICE).status()).isEqualTo(200);
      await()
          .untilAsserted(
              () ->
                  assertThat(logged.messages())
                      .hasSize(2)
                      .last()
                      .asString()
                      .contains("(3 failures)"));
    }
  }

  @Test
  void loginStormDoesNotDelayTokens() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    start(
        Map.of("token.store.concurrency", "4", "token.login.waiting", "32"),
        credential -> {
          inside.incrementAndGet();
          try {
            open.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          return Optional.of(Subject.of(credential.username()));
        });
    String token =
        security
            .service()
            .issueOpen(Subject.of("alice"), Duration.ofMinutes(5), ClientAddress.parse("::1"))
            .value();
    ExecutorService clients = Executors.newFixedThreadPool(100);
    try {
      AtomicInteger busy = new AtomicInteger();
      List<Future<Answer>> logins = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        String credentials = "user" + i + ":secret";
        logins.add(
            clients.submit(
                () -> {
                  Answer answer = login(credentials);
                  busy.addAndGet(answer.status() == 503 ? 1 : 0);
                  return answer;
                }));
      }
      await()
          .untilAsserted(
              () -> {
                assertThat(busy.get()).isGreaterThanOrEqualTo(64);
                assertThat(inside).hasValue(4);
              });
      for (int i = 0; i < 20; i++) {
        assertThat(client.get("/api/who", "Authorization: Bearer " + token).body())
            .isEqualTo("alice");
      }
      assertThat(inside).hasValue(4);
      open.countDown();
      for (Future<Answer> login : logins) {
        Answer answer = login.get();
        assertThat(answer.status()).isIn(200, 503);
        if (answer.status() == 503) {
          assertThat(answer.all("Retry-After")).containsExactly("1");
        }
      }
    } finally {
      open.countDown();
      clients.shutdownNow();
    }
    assertThat(login("late:secret").status()).isEqualTo(200);
  }

  private Answer login(String credentials) throws IOException {
    return client.get(LOGIN, "Authorization: " + WebApp.basic(credentials));
  }

  /** Returns the whole response without its Date header. */
  private static String withoutDate(Answer answer) {
    return answer.head().replaceAll("\r\nDate: [^\r]*", "") + "\r\n\r\n" + answer.body();
  }

  private static String base64(byte[] bytes) {
    return new String(Base64.getEncoder().encode(bytes), StandardCharsets.US_ASCII);
  }

  /** Throws the failure, whether it is declared or not. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T sneakyThrow(Throwable failure) throws T {
    throw (T) failure;
  }
}
