package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.token.Subject;

/** Cases L19 and L26: authenticators that violate their contract, and locked accounts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AuthenticatorFailureTest {

  private static final String HOST = "ldap://directory.internal.example";

  /** The exception of the authenticator for each user name. */
  private static final Map<String, Throwable> THROWN =
      Map.of(
          "declared", new IOException(HOST),
          "unchecked", new IllegalStateException(HOST),
          "undeclared", new Exception(HOST),
          "stack-overflow", new StackOverflowError(HOST),
          "no-class", new NoClassDefFoundError(HOST),
          "out-of-memory", new OutOfMemoryError(HOST));

  private final AtomicInteger inside = new AtomicInteger();
  private final CountDownLatch open = new CountDownLatch(1);
  private final ExecutorService clients = Executors.newCachedThreadPool();
  private AttackedApp jetty;
  private AttackedApp tomcat;

  @BeforeAll
  void start(@TempDir Path one, @TempDir Path other) throws Exception {
    jetty = start(one, Container.JETTY);
    tomcat = start(other, Container.TOMCAT);
  }

  private AttackedApp start(Path folder, Container container) throws Exception {
    AttackedApp app =
        FamilyServlets.in(
                AttackedApp.plan(folder)
                    .container(container)
                    .setting("token.login.failures", "1000000")
                    .setting("token.store.concurrency", "2")
                    .authenticator(this::check))
            .start();
    app.secret("wonderland");
    return app;
  }

  @AfterAll
  void stop() {
    open.countDown();
    clients.shutdownNow();
    jetty.close();
    tomcat.close();
  }

  @SuppressWarnings({"NullAway", "OptionalAssignedToNull"}) // deliberately violates the contract
  private Optional<Subject> check(UsernamePasswordCredential credential) throws IOException {
    Throwable thrown = THROWN.get(credential.username());
    if (thrown != null) {
      throw AuthenticatorFailureTest.<IOException>sneakyThrow(thrown);
    }
    boolean right = new String(credential.password()).equals("wonderland");
    return switch (credential.username()) {
      case "null" -> null;
      case "hangs" -> hang();
      case "alice" -> right ? Optional.of(Subject.of("alice")) : Optional.empty();
      case "alice@example.org" -> right ? Optional.of(Subject.of("alice")) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private Optional<Subject> hang() {
    inside.incrementAndGet();
    while (true) {
      try {
        open.await();
        return Optional.empty();
      } catch (InterruptedException ignored) {
        // Ignores interrupts, like some drivers.
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> l26_authenticatorFailureIsNoRefusal() {
    return Stream.of(jetty, tomcat)
        .flatMap(
            app ->
                THROWN.keySet().stream()
                    .flatMap(
                        name ->
                            Stream.of(LoginRoute.values())
                                .map(
                                    route ->
                                        DynamicTest.dynamicTest(
                                            "L26 " + name + ", " + route + ", " + app.port(),
                                            () -> assertUnavailable(app, route, name)))));
  }

  private static void assertUnavailable(AttackedApp app, LoginRoute route, String name)
      throws IOException {
    Answer answer =
        app.check(
            "L26 " + name,
            it -> route.logIn(it.http(), name, "wonderland"),
            it -> route.isUnavailable(it));
    assertThat(answer.head() + answer.body()).doesNotContain(HOST, "Exception", "Error:");
    // An outage gives one WARN; the cause of each failure is logged at DEBUG.
    assertThat(app.logLines())
        .anyMatch(line -> line.startsWith("DEBUG Requests cannot be") && line.contains(HOST));
    assertThat(app.containerLogLines()).isEmpty();
    app.check("L26 then", it -> route.logIn(it.http(), "alice", "wonderland"), route::issues);
  }

  /** The answers are equal except for the date. */
  @TestFactory
  Stream<DynamicTest> l19_lockedUserLooksLikeUnknownUser() {
    return Stream.of(jetty, tomcat)
        .flatMap(
            app ->
                Stream.of(LoginRoute.values())
                    .map(
                        route ->
                            DynamicTest.dynamicTest(
                                "L19 L26 " + route + ", " + app.port(),
                                () -> assertIndistinguishable(app, route))));
  }

  private static void assertIndistinguishable(AttackedApp app, LoginRoute route)
      throws IOException {
    Set<String> answers = new HashSet<>();
    for (String name : List.of("alice", "nobody", "disabled", "locked", "expired", "null")) {
      for (String password : List.of("wrong", "wonderland")) {
        if (!name.equals("alice") || password.equals("wrong")) {
          Answer answer =
              app.check(
                  "L19 " + name, it -> route.logIn(it.http(), name, password), route::refuses);
          answers.add(withoutDate(answer));
          assertThat(app.logLines()).noneMatch(line -> line.startsWith("ERROR"));
        }
      }
    }
    assertThat(answers).hasSize(1);
  }

  /** The authenticator names the user, so that a login by address gets the account's name. */
  @TestFactory
  Stream<DynamicTest> l26_authenticatorDeterminesTheUserName() {
    return Stream.of(LoginRoute.values())
        .map(
            route ->
                DynamicTest.dynamicTest(
                    "L26 another name, " + route,
                    () -> {
                      Answer answer =
                          jetty.check(
                              "L26",
                              it -> route.logIn(it.http(), "alice@example.org", "wonderland"),
                              route::issues);
                      assertThat(jetty.security.service().introspect(route.tokenOf(answer)))
                          .hasValueSatisfying(
                              token -> assertThat(token.record().subject()).isEqualTo("alice"));
                      assertThat(jetty.logLines())
                          .anyMatch(
                              line -> line.contains("event=issued") && line.contains("\"alice\""));
                    }));
  }

  @Test
  void l26_hungAuthenticatorBlocksAtMostTwoThreads() throws Exception {
    Answer login = LoginRoute.OPEN_BASIC.logIn(tomcat.http(), "alice", "wonderland");
    String token = tomcat.secret(LoginRoute.OPEN_BASIC.tokenOf(login));
    List<Future<Answer>> hung =
        Stream.generate(
                () ->
                    clients.submit(
                        () -> LoginRoute.GATEWAY_FORM.logIn(tomcat.http(), "hangs", "x")))
            .limit(2)
            .toList();
    await().untilAsserted(() -> assertThat(inside).hasValue(2));
    tomcat.check(
        AttackCase.of(
            "L26 a token meanwhile",
            ExpectedAnswer.OK,
            it -> it.http().get("/secure/x", "Authorization: Bearer " + token)));
    tomcat.check(
        "L26 the next login",
        it -> LoginRoute.CLIENT_JSON.logIn(it.http(), "alice", "wonderland"),
        LoginRoute.CLIENT_JSON::isBusy);
    open.countDown();
    for (Future<Answer> answer : hung) {
      assertThat(LoginRoute.GATEWAY_FORM.refuses(answer.get())).isTrue();
    }
  }

  private static String withoutDate(Answer answer) {
    return (answer.head() + "\n" + answer.body())
        .replaceAll("\r\nDate: [^\r]*", "")
        .replaceAll("\"ServerDateTime\".*\"ExecutionTime\":[0-9.E-]*,", "")
        .replaceAll("\r\nContent-Length: [0-9]*", "");
  }

  /** Throws the given exception without declaring it. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T sneakyThrow(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
