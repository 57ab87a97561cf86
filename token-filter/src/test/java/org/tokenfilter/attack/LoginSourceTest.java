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
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.token.Subject;

/** Cases L19 and L26: authenticators that violate their contract, and locked accounts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LoginSourceTest {

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
        Families.in(
                AttackedApp.plan(folder)
                    .in(container)
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
      throw LoginSourceTest.<IOException>any(thrown);
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
  Stream<DynamicTest> l26_whatCannotBeDecidedIsNoRefusal() {
    return Stream.of(jetty, tomcat)
        .flatMap(
            app ->
                THROWN.keySet().stream()
                    .flatMap(
                        name ->
                            Stream.of(Door.values())
                                .map(
                                    door ->
                                        DynamicTest.dynamicTest(
                                            "L26 " + name + ", " + door + ", " + app.port(),
                                            () -> assertUndecided(app, door, name)))));
  }

  private static void assertUndecided(AttackedApp app, Door door, String name) throws IOException {
    Answer answer =
        app.check(
            "L26 " + name, it -> door.logIn(it.http(), name, "wonderland"), it -> door.fails(it));
    assertThat(answer.head() + answer.body()).doesNotContain(HOST, "Exception", "Error:");
    // An outage gives one WARN; the cause of each failure is logged at DEBUG.
    assertThat(app.logged())
        .anyMatch(line -> line.startsWith("DEBUG Requests cannot be") && line.contains(HOST));
    assertThat(app.loggedByContainer()).isEmpty();
    app.check("L26 then", it -> door.logIn(it.http(), "alice", "wonderland"), door::issues);
  }

  /** The answers are equal except for the date. */
  @TestFactory
  Stream<DynamicTest> l19_whoMayNotLogInLooksLikeWhoDoesNotExist() {
    return Stream.of(jetty, tomcat)
        .flatMap(
            app ->
                Stream.of(Door.values())
                    .map(
                        door ->
                            DynamicTest.dynamicTest(
                                "L19 L26 " + door + ", " + app.port(),
                                () -> assertAlike(app, door))));
  }

  private static void assertAlike(AttackedApp app, Door door) throws IOException {
    Set<String> answers = new HashSet<>();
    for (String name : List.of("alice", "nobody", "disabled", "locked", "expired", "null")) {
      for (String password : List.of("wrong", "wonderland")) {
        if (!name.equals("alice") || password.equals("wrong")) {
          Answer answer =
              app.check("L19 " + name, it -> door.logIn(it.http(), name, password), door::refuses);
          answers.add(timeless(answer));
          assertThat(app.logged()).noneMatch(line -> line.startsWith("ERROR"));
        }
      }
    }
    assertThat(answers).hasSize(1);
  }

  /** The authenticator names the user, so that a login by address gets the account's name. */
  @TestFactory
  Stream<DynamicTest> l26_theAccountsSayWhoItIs() {
    return Stream.of(Door.values())
        .map(
            door ->
                DynamicTest.dynamicTest(
                    "L26 another name, " + door,
                    () -> {
                      Answer answer =
                          jetty.check(
                              "L26",
                              it -> door.logIn(it.http(), "alice@example.org", "wonderland"),
                              door::issues);
                      assertThat(jetty.security.service().introspect(door.tokenOf(answer)))
                          .hasValueSatisfying(
                              token -> assertThat(token.record().subject()).isEqualTo("alice"));
                      assertThat(jetty.logged())
                          .anyMatch(
                              line -> line.contains("event=issued") && line.contains("\"alice\""));
                    }));
  }

  @Test
  void l26_accountsThatHangHoldTwoThreadsAndNoToken() throws Exception {
    Answer login = Door.OPEN_BASIC.logIn(tomcat.http(), "alice", "wonderland");
    String token = tomcat.secret(Door.OPEN_BASIC.tokenOf(login));
    List<Future<Answer>> hung =
        Stream.generate(
                () -> clients.submit(() -> Door.GATEWAY_FORM.logIn(tomcat.http(), "hangs", "x")))
            .limit(2)
            .toList();
    await().untilAsserted(() -> assertThat(inside).hasValue(2));
    tomcat.check(
        Row.of(
            "L26 a token meanwhile",
            Verdict.OK,
            it -> it.http().get("/secure/x", "Authorization: Bearer " + token)));
    tomcat.check(
        "L26 the next login",
        it -> Door.CLIENT_JSON.logIn(it.http(), "alice", "wonderland"),
        Door.CLIENT_JSON::isBusy);
    open.countDown();
    for (Future<Answer> answer : hung) {
      assertThat(Door.GATEWAY_FORM.refuses(answer.get())).isTrue();
    }
  }

  private static String timeless(Answer answer) {
    return (answer.head() + "\n" + answer.body())
        .replaceAll("\r\nDate: [^\r]*", "")
        .replaceAll("\"ServerDateTime\".*\"ExecutionTime\":[0-9.E-]*,", "")
        .replaceAll("\r\nContent-Length: [0-9]*", "");
  }

  /** Throws the given exception without declaring it. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T any(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
