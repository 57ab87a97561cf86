package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.testsupport.forgery.TokenForge;

/**
 * Cases P04, P06 and P07: the details of the library that containers show on their default error
 * pages and to an application.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ContainerPagesTest {

  private static final String HOST = "jdbc:postgresql://db.internal.example";
  private static final String APPLICATION_FAILURE = "the application's own failure";

  private final Map<Container, AttackedApp> apps = new EnumMap<>(Container.class);
  private final AtomicReference<@Nullable String> threadContext = new AtomicReference<>();

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    for (Container container : List.of(Container.JETTY, Container.TOMCAT)) {
      apps.put(
          container,
          AttackedApp.plan(Files.createDirectory(folder.resolve(container.name())))
              .container(container)
              .contextPath("/shop")
              .setting("token.revocation.lag", "PT0S")
              .register(this::register)
              .start());
    }
  }

  @AfterAll
  void stop() {
    apps.values().forEach(AttackedApp::close);
  }

  @SuppressWarnings("serial")
  private void register(AttackedApp.Registrations registrations) {
    AttackedApp app = registrations.app();
    registrations
        .servlet(
            "fails",
            (request, response) -> {
              app.ran(request);
              if (request.getParameter("late") != null) {
                response.flushBuffer();
              }
              throw failure(String.valueOf(request.getParameter("with")));
            },
            "/fails")
        .servlet(
            "nosy",
            (request, response) -> {
              app.ran(request);
              response.getWriter().print(everythingVisible(request));
            },
            "/nosy")
        .servlet("dead", (request, response) -> response.getWriter().print("dead"), "/dead/*");
    // The filter is in the state before its start or after its stop.
    registrations
        .context()
        .addFilter(
            "stopped",
            new HttpFilter() {
              private final TokenFilter stopped = new TokenFilter(app.security);

              @Override
              public void init(FilterConfig config) {
                // The wrapped filter is never started.
              }

              @Override
              protected void doFilter(
                  HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                  throws IOException, ServletException {
                stopped.doFilter(request, response, chain);
              }
            })
        .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/dead/*");
  }

  private static Exception failure(String kind) {
    return switch (kind) {
      case "io" -> new IOException(APPLICATION_FAILURE);
      case "servlet" -> new ServletException(APPLICATION_FAILURE);
      default -> new IllegalStateException(APPLICATION_FAILURE);
    };
  }

  /** Returns everything that an application could print, log or send. */
  private String everythingVisible(HttpServletRequest request) {
    threadContext.set(Thread.currentThread().getName() + MDC.getCopyOfContextMap());
    Stream<String> attributes =
        Collections.list(request.getAttributeNames()).stream()
            .filter(ContainerPagesTest::isNotOfContainer)
            .map(name -> name + "=" + request.getAttribute(name));
    Stream<String> context =
        Collections.list(request.getServletContext().getAttributeNames()).stream()
            .filter(ContainerPagesTest::isNotOfContainer)
            .map(name -> name + "=" + request.getServletContext().getAttribute(name));
    Stream<String> threads = Thread.getAllStackTraces().keySet().stream().map(Thread::toString);
    Stream<String> beans =
        ManagementFactory.getPlatformMBeanServer().queryNames(null, null).stream()
            .map(Object::toString);
    return Stream.of(
            attributes,
            context,
            threads,
            beans,
            Stream.of(
                String.valueOf(request.getUserPrincipal()),
                String.valueOf(apps),
                String.valueOf(TokenFilter.class),
                String.valueOf(threadContext.get())))
        .flatMap(texts -> texts)
        .collect(Collectors.joining("\n"));
  }

  /** Leaves out the containers' own attributes: Jetty keeps the raw cookies in one. */
  private static boolean isNotOfContainer(String attribute) {
    return !attribute.startsWith("org.eclipse.") && !attribute.startsWith("org.apache.");
  }

  @TestFactory
  Stream<DynamicTest> p07_errorPageShowsOnlyTheApplicationsFailure() {
    return each(
        "P07 the application fails",
        Stream.of("", "io", "servlet", "&late", "io&late"),
        (app, kind) -> {
          Session session = app.session(Accounts.ALICE, 0);
          Answer answer =
              app.check(
                  "P07 " + kind,
                  it -> it.http().get("/shop/fails?with=" + kind, headers(session)),
                  it -> kind.contains("late") ? it.status() == 200 : it.status() == 500);
          assertThat(app.ran()).hasSize(1);
          assertHidden(app, session, answer);
          assertThat(app.logLines()).noneMatch(line -> line.startsWith("ERROR"));
        });
  }

  @TestFactory
  Stream<DynamicTest> p07_libraryFailureShowsNoErrorPage() {
    return each(
        "P07 the store fails",
        Stream.of(
            "org.postgresql.util.PSQLException: " + HOST, "a\r\nX-Evil: 1", "<script>1</script>"),
        (app, message) -> {
          Session session = app.session(Accounts.ALICE, 0);
          app.store.before(
              Call.FIND,
              1,
              () -> {
                throw new IllegalStateException(message);
              });
          Answer answer =
              app.check(
                  AttackCase.of(
                      "P07 " + message,
                      ExpectedAnswer.UNAVAILABLE,
                      it -> it.http().get("/shop/secure/x", headers(session))));
          assertThat(answer.head() + answer.body()).doesNotContain(HOST, "Evil", "script");
          assertThat(app.containerLogLines()).isEmpty();
        });
  }

  /** This exception is the only one that the filter itself throws. */
  @TestFactory
  Stream<DynamicTest> p07_filterOutOfServiceRefusesRequests() {
    return each(
        "P07 not in service",
        Stream.of("GET", "POST", "OPTIONS"),
        (app, method) -> {
          Session session = app.session(Accounts.ALICE, 0);
          Answer answer =
              app.check(
                  "P07 " + method,
                  it -> it.http().send(method, "/shop/dead/x", headers(session)),
                  it -> it.status() == 500 && !it.body().equals("dead"));
          assertHidden(app, session, answer);
        });
  }

  @TestFactory
  Stream<DynamicTest> p07_unknownPathsAreNotDisclosed() {
    return each(
        "P07 unknown path",
        Stream.of("/shop/nothing", "/shop/secure/../nothing", "/shop/nothing.css"),
        (app, path) ->
            app.check(
                "P07 " + path,
                it -> it.http().get(path),
                it -> ExpectedAnswer.NOTHING.fits(it) || it.status() == 404 || it.status() == 400));
  }

  @TestFactory
  Stream<DynamicTest> p04_p06_applicationSeesNoSecret() {
    return each(
        "P04 P06",
        Stream.of("session", "open"),
        (app, kind) -> {
          Session session = app.session(Accounts.ALICE, 0);
          String[] presented =
              kind.equals("session")
                  ? headers(session)
                  : new String[] {"Authorization: Bearer " + app.open(Accounts.ALICE, 5)};
          Answer answer =
              app.check(
                  "P04", it -> it.http().get("/shop/nosy", presented), ExpectedAnswer.OK::fits);
          assertThat(answer.body()).contains("alice").doesNotContain("org.tokenfilter:type=");
          assertHidden(app, session, answer);
          assertThat(answer.body())
              .doesNotContain(presented[0].substring("Authorization: Bearer ".length()));
        });
  }

  @FunctionalInterface
  private interface Step {
    void take(AttackedApp app, String variant) throws Exception;
  }

  private Stream<DynamicTest> each(String name, Stream<String> variants, Step step) {
    return variants.flatMap(
        variant ->
            apps.entrySet().stream()
                .map(
                    app ->
                        DynamicTest.dynamicTest(
                            "%s %s, %s".formatted(name, variant, app.getKey()).replace("\r\n", " "),
                            () -> step.take(app.getValue(), variant))));
  }

  private static void assertHidden(AttackedApp app, Session session, Answer answer) {
    String key = TokenForge.keyFile(TokenForge.key()).replaceAll(".*\"k\":\"([^\"]*)\".*", "$1");
    String password = Accounts.ALICE.substring(Accounts.ALICE.indexOf(':') + 1);
    for (String secret : List.of(session.token(), session.id(), key, password)) {
      assertThat(answer.body()).doesNotContain(secret);
      assertThat(app.logLines()).noneMatch(line -> line.contains(secret));
      assertThat(app.containerLogLines()).noneMatch(line -> line.contains(secret));
    }
  }

  private static String[] headers(Session session) {
    return new String[] {
      "Authorization: Bearer " + session.token(), "Cookie: SESSION=" + session.id()
    };
  }
}
