package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.Principal;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.service.TokenListener;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;

/**
 * The decision for each dispatch, with a token and without one. The observed table is written to
 * target/dispatches.md.
 */
final class DispatchTest {

  private static final Path TABLE = Path.of("target", "dispatches.md");

  private final AtomicInteger served = new AtomicInteger();
  private final AtomicInteger renewed = new AtomicInteger();
  private final AtomicInteger delivered = new AtomicInteger();
  @TempDir private Path folder;
  private TokenSecurity security;
  private WebApp app;

  @BeforeAll
  static void startTheTable() throws IOException {
    Files.createDirectories(TABLE.getParent());
    Files.writeString(
        TABLE,
        """
        | dispatch | path | token | status | body | |
        |---|---|---|---|---|---|
        """);
  }

  @BeforeEach
  void startTheApplication() throws Exception {
    security =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .setting("token.paths.public", "/public/*")
            // A fixed clock, as a renewal of over a second might be reported twice.
            .clock(new SettableClock(Instant.parse("2026-11-22T10:00:00Z")))
            .listener(
                new TokenListener() {
                  @Override
                  public void tokenRenewed(TokenRecord record) {
                    renewed.incrementAndGet();
                  }

                  @Override
                  public void loginFailed(
                      String username, Rejection rejection, ClientAddress client) {
                    delivered.incrementAndGet();
                  }
                })
            .build();
    app =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .mapToServletNames()
            .servlet("/security/rest/*", new AccessTokenServlet());
    for (String path : new String[] {"/public", "/api"}) {
      app.servlet(
              path + "/forward",
              (request, response) -> dispatcher(request, "/api/who").forward(request, response))
          .servlet(
              path + "/forward-public",
              (request, response) -> dispatcher(request, "/public/who").forward(request, response))
          .servlet(
              path + "/forward-name",
              (request, response) -> named(request).forward(request, response))
          .servlet(
              path + "/forward-view",
              (request, response) ->
                  dispatcher(request, "/WEB-INF/view").forward(request, response))
          .servlet(
              path + "/include-view",
              (request, response) ->
                  dispatcher(request, "/WEB-INF/view").include(request, response))
          .servlet(
              path + "/async-view",
              (request, response) -> request.startAsync().dispatch("/WEB-INF/view"))
          .servlet(path + "/include", (request, response) -> include(request, response, 1))
          .servlet(path + "/include-twice", (request, response) -> include(request, response, 2))
          .servlet(
              path + "/include-name",
              (request, response) -> {
                response.getWriter().print("[");
                named(request).include(request, response);
                response.getWriter().print("]");
              })
          .servlet(
              path + "/async", (request, response) -> request.startAsync().dispatch("/api/who"))
          .servlet(
              path + "/async-twice",
              (request, response) ->
                  request.startAsync(request, response).dispatch(path + "/async"))
          .servlet(path + "/error", (request, response) -> response.sendError(418))
          .servlet(
              path + "/throw",
              (request, response) -> {
                throw new IllegalStateException("the application's own");
              });
    }
    app.servlet("/api/who", this::who)
        .servlet("/public/who", this::who)
        .servlet("/WEB-INF/view", this::who)
        .servlet("/api/error-page", this::who);
    ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
    errors.addErrorPage(400, 599, "/api/error-page");
    app.context().setErrorHandler(errors);
    app.start();
  }

  private void who(HttpServletRequest request, HttpServletResponse response) throws IOException {
    served.incrementAndGet();
    Principal principal = request.getUserPrincipal();
    response.getWriter().print(principal == null ? "nobody" : principal.getName());
  }

  private static RequestDispatcher dispatcher(HttpServletRequest request, String path) {
    return present(request.getRequestDispatcher(path));
  }

  private static RequestDispatcher named(HttpServletRequest request) {
    String name =
        request.getServletContext().getServletRegistrations().values().stream()
            .filter(servlet -> servlet.getMappings().contains("/api/who"))
            .findFirst()
            .orElseThrow()
            .getName();
    return present(request.getServletContext().getNamedDispatcher(name));
  }

  private static RequestDispatcher present(@Nullable RequestDispatcher dispatcher) {
    if (dispatcher == null) {
      throw new AssertionError("no such target");
    }
    return dispatcher;
  }

  private static void include(HttpServletRequest request, HttpServletResponse response, int times)
      throws Exception {
    response.getWriter().print("[");
    for (int i = 0; i < times; i++) {
      dispatcher(request, "/api/who").include(request, response);
    }
    response.getWriter().print("]");
  }

  @AfterEach
  void stopTheApplication() {
    app.close();
    security.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # dispatch             | path                  | without: status, body, served | with: status, body, served, renewed
          REQUEST                | /api/who              | 401 | -      | 0 | 200 | alice        | 1 | 1
          REQUEST, public        | /public/who           | 200 | nobody | 1 | 200 | alice        | 1 | 0
          FORWARD to a view      | /public/forward-view  | 200 | nobody | 1 | 200 | alice        | 1 | 0
          INCLUDE of a view      | /public/include-view  | 200 | nobody | 1 | 200 | alice        | 1 | 0
          ASYNC to a view        | /public/async-view    | 200 | nobody | 1 | 200 | alice        | 1 | 0
          protected to a view    | /api/forward-view     | 401 | -      | 0 | 200 | alice        | 1 | 1
          protected with a view  | /api/include-view     | 401 | -      | 0 | 200 | alice        | 1 | 1
          protected async view   | /api/async-view       | 401 | -      | 0 | 200 | alice        | 1 | 1
          FORWARD from public    | /public/forward       | 401 | -      | 0 | 200 | alice        | 1 | 1
          FORWARD by name        | /public/forward-name  | 401 | -      | 0 | 200 | alice        | 1 | 1
          FORWARD from protected | /api/forward          | 401 | -      | 0 | 200 | alice        | 1 | 1
          FORWARD to public      | /api/forward-public   | 401 | -      | 0 | 200 | alice        | 1 | 1
          INCLUDE in public      | /public/include       | 200 | []     | 0 | 200 | [alice]      | 1 | 1
          INCLUDE twice          | /public/include-twice | 200 | []     | 0 | 200 | [alicealice] | 2 | 1
          INCLUDE by name        | /public/include-name  | 200 | []     | 0 | 200 | [alice]      | 1 | 1
          INCLUDE in protected   | /api/include          | 401 | -      | 0 | 200 | [alice]      | 1 | 1
          ASYNC from public      | /public/async         | 401 | -      | 0 | 200 | alice        | 1 | 1
          ASYNC from protected   | /api/async            | 401 | -      | 0 | 200 | alice        | 1 | 1
          ASYNC twice            | /api/async-twice      | 401 | -      | 0 | 200 | alice        | 1 | 1
          ERROR of a public page | /public/error         | 418 | nobody | 1 | 418 | alice        | 1 | 0
          ERROR of a protected   | /api/error            | 401 | -      | 0 | 418 | alice        | 1 | 0
          ERROR by an exception  | /api/throw            | 401 | -      | 0 | 500 | alice        | 1 | 0
          ERROR of nothing there | /api/nothing          | 401 | -      | 0 | 404 | alice        | 1 | 0
          """)
  void eachDispatchIsDecided(
      String dispatch,
      String path,
      int statusWithout,
      String bodyWithout,
      int servedWithout,
      int statusWith,
      String bodyWith,
      int servedWith,
      int renewedWith)
      throws Exception {
    HttpResponse<String> without = app.get(path);
    writeRow(dispatch, path, "none", without);
    assertThat(without.statusCode()).isEqualTo(statusWithout);
    if (!bodyWithout.equals("-")) {
      assertThat(without.body()).isEqualTo(bodyWithout);
    }
    assertThat(served).hasValue(servedWithout);
    assertThat(renewed).hasValue(0);

    Session session = app.session(Accounts.ALICE, 5);
    served.set(0);
    HttpResponse<String> with = app.get(path, session.headers());
    writeRow(dispatch, path, "session", with);
    assertThat(with.statusCode()).isEqualTo(statusWith);
    assertThat(with.body()).isEqualTo(bodyWith);
    assertThat(served).hasValue(servedWith);
    // The container reports completion after the client has the response.
    await().untilAsserted(() -> assertThat(renewed).hasValueGreaterThanOrEqualTo(renewedWith));
    awaitEvents();
    assertThat(renewed).hasValue(renewedWith);
  }

  /** Waits for a last event, because listeners are notified of one event after the other. */
  private void awaitEvents() {
    int before = delivered.get();
    security.service().loginFailed("last", Rejection.WRONG_CREDENTIALS, ClientAddress.parse("::1"));
    await().until(() -> delivered.get() > before);
  }

  @Test
  void clientCannotFakeADecision() throws Exception {
    HttpResponse<String> answer =
        app.get("/api/who?" + Decision.ATTRIBUTE + "=1", Decision.ATTRIBUTE, "Admitted");
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(served).hasValue(0);
  }

  @Test
  void ignoresDecisionOfAnotherApplication() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    Map<String, String> settings = Accounts.settings(folder);
    try (WebApp other =
        new WebApp("/other")
            .filter(new TokenFilter(), settings)
            .servlet("/who", this::who)
            .start()) {
      assertThat(other.get("/other/who", session.headers()).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void filterThatIsMappedTwiceDecidesAndRenewsOnce() throws Exception {
    try (WebApp twice =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet("/who", this::who)
            .start()) {
      Session session = twice.session(Accounts.ALICE, 5);
      assertThat(twice.get("/who", session.headers()).body()).isEqualTo("alice");
      await().untilAsserted(() -> assertThat(renewed).hasValueGreaterThanOrEqualTo(1));
      awaitEvents();
      assertThat(renewed).hasValue(1);
    }
  }

  @Test
  void eventStreamCompletesAndRenewsOnce() throws Exception {
    try (WebApp streaming =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet(
                "/events",
                (request, response) -> {
                  AsyncContext async = request.startAsync();
                  response.setContentType("text/event-stream");
                  async.start(() -> streamTo(response, async));
                })
            .start()) {
      Session session = streaming.session(Accounts.ALICE, 5);
      HttpResponse<String> answer = streaming.get("/events", session.headers());
      assertThat(answer.body()).isEqualTo("data: 0\n\ndata: 1\n\ndata: 2\n\n");
      assertThat(answer.headers().firstValue("Token-Remaining")).isPresent();
      await().untilAsserted(() -> assertThat(renewed).hasValueGreaterThanOrEqualTo(1));
      awaitEvents();
      assertThat(renewed).hasValue(1);
    }
  }

  private static void streamTo(HttpServletResponse response, AsyncContext async) {
    try {
      for (int i = 0; i < 3; i++) {
        response.getWriter().print("data: " + i + "\n\n");
        response.flushBuffer();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      async.complete();
    }
  }

  @Test
  void filtersOfOneApplicationCanDifferInPublicPaths() throws Exception {
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    settings.put("token.paths.public", "/b/who, /c/open");
    try (WebApp two =
        new WebApp()
            .filter(new TokenFilter(), "/a/*", settings)
            .filter(new TokenFilter(), "/b/*", Map.of("token.paths.public", "/b/open, /c/open"))
            .filter(new TokenFilter(), "/c/*", Map.of())
            .servlet("/a/open", this::who)
            .servlet("/b/open", this::who)
            .servlet("/b/who", this::who)
            .servlet("/c/open", this::who)
            .start()) {
      assertThat(two.get("/a/open").statusCode()).isEqualTo(401);
      assertThat(two.get("/b/open").statusCode()).isEqualTo(200);
      assertThat(two.get("/b/who").statusCode()).isEqualTo(401);
      assertThat(two.get("/c/open").statusCode()).isEqualTo(401);
    }
  }

  private void writeRow(String dispatch, String path, String token, HttpResponse<String> answer)
      throws IOException {
    Files.writeString(
        TABLE,
        "| %s | %s | %s | %d | %s | served %d |%n"
            .formatted(
                dispatch,
                path,
                token,
                answer.statusCode(),
                answer.body().replace("|", "/"),
                served.get()),
        StandardOpenOption.APPEND);
  }
}
