package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.attack.ExpectedAnswer.NOTHING;
import static org.tokenfilter.attack.ExpectedAnswer.OK;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp.Session;

/** E: dispatches within a request, repeated filters, and answers that fail. */
@TestInstance(Lifecycle.PER_CLASS)
final class DispatchAttackTest {

  private AllContainers containers;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    containers =
        new AllContainers(
            folder,
            plan ->
                plan.setting("token.revocation.lag", "PT0S")
                    .register(
                        it -> {
                          DispatchRoute.register(it);
                          register(it);
                        }));
  }

  @AfterAll
  void stop() {
    containers.close();
  }

  private static void register(AttackedApp.Registrations it) {
    AttackedApp app = it.app();
    Map<String, String> same = Map.of("token.paths.public", "/public/*");
    it.filter("token again", "/*", new TokenFilter(app.security), same);
    it.filter("token for some", "/answers/*", new TokenFilter(app.security), Map.of());
    it.servlet("include", (q, s) -> to(q, "/secure/x").include(q, s), "/public/include")
        .servlet(
            "forward to a path of dots",
            (q, s) -> to(q, "/public/../secure/x").forward(q, s),
            "/public/dots")
        .servlet(
            "forward to another case",
            (q, s) -> to(q, "/secure/x;/public/x").forward(q, s),
            "/public/parameter")
        .servlet("forward twice", (q, s) -> to(q, "/public/forward").forward(q, s), "/public/twice")
        .servlet("committed", DispatchAttackTest::committed, "/public/committed")
        .servlet("path in an attribute", DispatchAttackTest::fake, "/public/fake")
        .servlet("thread", (q, s) -> thread(app, q), "/answers/thread")
        .servlet("redirect", (q, s) -> s.sendRedirect("/elsewhere"), "/answers/redirect")
        .servlet("reset", (q, s) -> s.reset(), "/answers/reset")
        .servlet("early", (q, s) -> s.flushBuffer(), "/answers/early")
        .servlet("fails", (q, s) -> fail(), "/answers/fails")
        .servlet("fails late", DispatchAttackTest::failLate, "/answers/fails-late")
        .servlet("sends an error", (q, s) -> s.sendError(418), "/answers/error", "/public/error");
  }

  private static RequestDispatcher to(HttpServletRequest request, String path) {
    return Objects.requireNonNull(request.getRequestDispatcher(path));
  }

  private static void committed(HttpServletRequest request, HttpServletResponse response)
      throws Exception {
    response.getWriter().print("public ");
    response.flushBuffer();
    to(request, "/secure/x").forward(request, response);
  }

  /** Sets the container's dispatch attributes from the application. */
  private static void fake(HttpServletRequest request, HttpServletResponse response)
      throws Exception {
    request.setAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH, "/public");
    request.setAttribute(RequestDispatcher.INCLUDE_PATH_INFO, "/x");
    request.setAttribute(RequestDispatcher.FORWARD_SERVLET_PATH, "/public");
    to(request, "/secure/x").forward(request, response);
  }

  /** Writes the logged-in user from an asynchronous thread of the container. */
  private static void thread(AttackedApp app, HttpServletRequest request) {
    AsyncContext async = request.startAsync();
    async.start(
        () -> {
          app.ran(request);
          try {
            async.getResponse().getWriter().print("for " + request.getRemoteUser());
          } catch (IOException e) {
            throw new AssertionError(e);
          } finally {
            async.complete();
          }
        });
  }

  private static void fail() {
    throw new IllegalStateException("the application's own");
  }

  private static void failLate(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.getWriter().print("half of it");
    response.flushBuffer();
    fail();
  }

  @TestFactory
  Stream<DynamicContainer> decidesDispatchesFromPublicPages() throws IOException {
    return containers.tests(
        app -> {
          Session alice = app.session(Accounts.ALICE, 0);
          String[] headers = alice.headers();
          String[] lines = {headers[0] + ": " + headers[1], headers[2] + ": " + headers[3]};
          List<AttackCase> rows = new ArrayList<>();
          rows.addAll(DispatchRoute.rows("E14 no token", EnumSet.of(NOTHING)));
          rows.addAll(DispatchRoute.rows("E14 a token", EnumSet.of(OK), lines));
          for (String page : List.of("dots", "parameter", "twice", "fake")) {
            rows.add(AttackCase.of("E14 " + page, NOTHING, it -> it.http().get("/public/" + page)));
            rows.add(
                AttackCase.of(
                    "E14 " + page + " token", OK, it -> it.http().get("/public/" + page, lines)));
          }
          rows.add(AttackCase.of("E17 a thread", NOTHING, it -> it.http().get("/answers/thread")));
          rows.add(
              AttackCase.of(
                  "E17 a thread with a token", OK, it -> it.http().get("/answers/thread", lines)));
          return rows;
        });
  }

  /** After half of an answer was sent, the target does not run and its name is not disclosed. */
  @TestFactory
  Stream<DynamicTest> dispatchWithinPartialAnswerRunsNothing() {
    return each(
        (name, app) ->
            Stream.of("include", "committed")
                .map(
                    page ->
                        DynamicTest.dynamicTest(
                            "E14 " + page + ", " + name,
                            () -> {
                              int before = app.ran().size();
                              Answer answer = app.http().get("/public/" + page);
                              assertThat(answer.status()).isEqualTo(200);
                              assertThat(answer.body()).doesNotContain("secret", "about:blank");
                              assertThat(app.ran()).hasSize(before);
                              app.assertNoSecretLogged();
                            })));
  }

  /** A request through three filters is authenticated once and renewed once. */
  @TestFactory
  Stream<DynamicTest> oneRequestIsDecidedOnce() {
    return each(
        (name, app) ->
            Stream.of("/secure/x", "/public/forward", "/public/async", "/answers/early")
                .map(
                    path ->
                        DynamicTest.dynamicTest(
                            "E18 " + path + ", " + name,
                            () -> {
                              String open = app.open(Accounts.ALICE, 5);
                              int found = app.store.callCount(Call.FIND);
                              Answer answer = app.http().get(path, "Authorization: Bearer " + open);
                              assertThat(answer.status()).isEqualTo(200);
                              assertThat(answer.all("Token-Remaining")).hasSize(1);
                              assertThat(app.store.callCount(Call.FIND)).isEqualTo(found + 1);
                            })));
  }

  /** The filter leaves the application's answer as it is and adds one header. */
  @TestFactory
  Stream<DynamicTest> keepsAnswersOfTheApplication() {
    Map<String, Integer> statuses =
        Map.of("redirect", 302, "reset", 200, "early", 200, "fails", 500, "error", 418);
    return each(
        (name, app) ->
            statuses.entrySet().stream()
                .map(
                    expected ->
                        DynamicTest.dynamicTest(
                            "E24 " + expected.getKey() + ", " + name,
                            () -> {
                              String path = "/answers/" + expected.getKey();
                              String open = app.open(Accounts.ALICE, 5);
                              app.check(AttackCase.of(path, NOTHING, it -> it.http().get(path)));
                              Answer answer = app.http().get(path, "Authorization: Bearer " + open);
                              assertThat(answer.status()).isEqualTo(expected.getValue());
                              assertThat(answer.head() + answer.body()).doesNotContain(open);
                              // A reset by the application removes the library's header, too.
                              boolean kept = !expected.getKey().equals("reset");
                              assertThat(answer.all("Token-Remaining")).hasSize(kept ? 1 : 0);
                              app.assertNoSecretLogged();
                            })));
  }

  @TestFactory
  Stream<DynamicTest> failureAfterPartialAnswerDisclosesNothing() {
    return each(
        (name, app) ->
            Stream.of(
                DynamicTest.dynamicTest(
                    "E24 fails-late, " + name,
                    () -> {
                      String open = app.open(Accounts.ALICE, 5);
                      Answer answer =
                          app.http().get("/answers/fails-late", "Authorization: Bearer " + open);
                      assertThat(answer.all("Token-Remaining")).hasSize(1);
                      assertThat(answer.head() + answer.body()).doesNotContain(open);
                      app.assertNoSecretLogged();
                    })));
  }

  /** The tests of one application. */
  @FunctionalInterface
  private interface Tests {
    Stream<DynamicTest> of(String name, AttackedApp app);
  }

  private Stream<DynamicTest> each(Tests tests) {
    return Stream.of(Container.values())
        .flatMap(container -> tests.of(container.name(), containers.app(container)));
  }
}
