package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.config.TokenSecurityBuilder;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.testsupport.forgery.TokenForge;

/**
 * The application under attack: the filter on all paths and dispatches, a protected servlet on
 * {@code /secure/*} and {@code *.do}, a public one on {@code /public/*}, and family 1. Its key is
 * {@link TokenForge#key}, so that a case can make tokens that our issuers never make.
 */
final class AttackedApp implements AutoCloseable {

  static final String AUDIENCE = "/attacked";
  static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

  final SettableClock clock;
  final FaultyTokenStore store;
  final TokenSecurity security;

  private final LogLines log = new LogLines("org.tokenfilter", Level.TRACE);
  private final LogLines containerLog = new LogLines("org.eclipse.jetty", Level.INFO);
  private final TomcatLogLines tomcatLog = new TomcatLogLines();
  private final List<String> ran = new CopyOnWriteArrayList<>();
  private final Set<String> secrets = ConcurrentHashMap.newKeySet();
  private final String contextPath;
  private final Container.Running container;

  private AttackedApp(Plan plan) throws Exception {
    clock = plan.clock;
    store = plan.store;
    contextPath = plan.contextPath;
    Path keys = plan.folder.resolve("attacked.jwks");
    Files.writeString(keys, TokenForge.keyFile(TokenForge.key()));
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
    Map<String, String> settings = new HashMap<>(Accounts.settings(plan.folder));
    settings.put("token.audience", AUDIENCE);
    settings.put("token.keys.file", keys.toString());
    settings.put("token.keys.generate", "false");
    settings.putAll(plan.settings);
    TokenSecurityBuilder builder =
        TokenSecurity.builder().settings(settings).clock(clock).store(store);
    if (plan.authenticator != null) {
      builder.authenticator(plan.authenticator);
    }
    security = builder.build();
    try {
      container =
          plan.container.start(
              plan.contextPath, plan.folder, (classes, context) -> register(plan, context));
    } catch (Exception e) {
      // Some tests expect the start to fail, and others check that no thread is left running.
      closeAllExceptContainer();
      throw e;
    }
    for (String account : List.of(Accounts.ALICE, Accounts.BOB, Accounts.ADMIN)) {
      secrets.add(account.substring(account.indexOf(':') + 1));
      secrets.add(WebApp.basic(account).substring("Basic ".length()));
    }
  }

  /** The builder of an attacked application; everything except the folder has a default. */
  static final class Plan {

    private final Path folder;
    private ContainerStarter container = Container.JETTY;
    private String contextPath = "";
    private final Map<String, String> settings = new HashMap<>();
    private final Map<String, String> filterParams = new HashMap<>();
    private SettableClock clock = new SettableClock(START);
    private FaultyTokenStore store = new FaultyTokenStore(new InMemoryTokenStore());
    private @Nullable Authenticator authenticator;
    private Consumer<Registrations> registration = registrations -> {};

    private Plan(Path folder) {
      this.folder = folder;
      filterParams.put("token.paths.public", "/public/*");
    }

    Plan container(ContainerStarter value) {
      container = value;
      return this;
    }

    Plan contextPath(String value) {
      contextPath = value;
      return this;
    }

    Plan setting(String key, String value) {
      settings.put(key, value);
      return this;
    }

    Plan filterParam(String name, String value) {
      filterParams.put(name, value);
      return this;
    }

    /** Makes this another node, with the store and the clock of the given one. */
    Plan sharingStoreOf(AttackedApp other) {
      clock = other.clock;
      store = other.store;
      return this;
    }

    /** Replaces the store. */
    Plan store(TokenStore value) {
      store = new FaultyTokenStore(value);
      return this;
    }

    /** Replaces the password file. */
    Plan authenticator(Authenticator value) {
      authenticator = value;
      return this;
    }

    /** Registers more servlets and filters than the usual ones. */
    Plan register(Consumer<Registrations> value) {
      registration = value;
      return this;
    }

    AttackedApp start() throws Exception {
      return new AttackedApp(this);
    }
  }

  /** The servlets and filters that an application adds while it starts. */
  final class Registrations {

    private final ServletContext context;

    private Registrations(ServletContext context) {
      this.context = context;
    }

    ServletContext context() {
      return context;
    }

    /** Returns the application that is being built. */
    AttackedApp app() {
      return AttackedApp.this;
    }

    Registrations filter(String name, String mapping, Filter filter, Map<String, String> params) {
      var registration = context.addFilter(name, filter);
      registration.setInitParameters(params);
      registration.setAsyncSupported(true);
      registration.addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), true, mapping);
      return this;
    }

    Registrations servlet(String name, Servlet servlet, String... mappings) {
      var registration = context.addServlet(name, servlet);
      registration.setAsyncSupported(true);
      registration.setLoadOnStartup(1);
      registration.addMapping(mappings);
      return this;
    }

    Registrations servlet(String name, WebApp.Action action, String... mappings) {
      return servlet(name, WebApp.servlet(action), mappings);
    }
  }

  static Plan plan(Path folder) {
    return new Plan(folder);
  }

  private void register(Plan plan, ServletContext context) {
    Registrations registrations = new Registrations(context);
    registrations.filter("token", "/*", new TokenFilter(security), plan.filterParams);
    registrations.servlet(
        "secure",
        (request, response) -> {
          ran(request);
          response.getWriter().print("secret of " + request.getRemoteUser());
        },
        "/secure/*",
        "*.do");
    registrations.servlet(
        "public",
        (request, response) -> response.getWriter().print("public " + request.getRemoteUser()),
        "/public/*");
    registrations.servlet("tokens", new AccessTokenServlet(), "/security/rest/*");
    plan.registration.accept(registrations);
  }

  /** Records that a protected servlet runs. */
  void ran(HttpServletRequest request) {
    ran.add(String.valueOf(request.getRemoteUser()));
  }

  /** Returns a client of this application, from 127.0.0.1. */
  RawHttp http() {
    return RawHttp.to(container.port());
  }

  int port() {
    return container.port();
  }

  /** Issues a session token of family 1 for the client at 127.0.0.1; 0 minutes mean no ttl. */
  Session session(String account, int minutes) throws IOException {
    Answer answer = issue(account, "session/" + minutes);
    Session session =
        new Session(
            WebApp.member(answer.body(), "access_token"), WebApp.member(answer.body(), "session"));
    secret(session.token());
    secret(session.id());
    return session;
  }

  /** Issues an open token of family 1. */
  String open(String account, int minutes) throws IOException {
    return secret(WebApp.member(issue(account, Integer.toString(minutes)).body(), "access_token"));
  }

  private Answer issue(String account, String path) throws IOException {
    Answer answer =
        http()
            .get(
                contextPath + "/security/rest/token/access/" + path,
                "Authorization: " + WebApp.basic(account));
    assertThat(answer.status()).as(answer.head()).isEqualTo(200);
    return answer;
  }

  /** Adds a text that no line of the log is allowed to contain. */
  String secret(String value) {
    secrets.add(value);
    return value;
  }

  /** Returns a test for each case. */
  Stream<DynamicTest> tests(List<AttackCase> rows) {
    assertThat(rows).extracting(AttackCase::name).doesNotHaveDuplicates();
    return rows.stream().map(row -> DynamicTest.dynamicTest(row.name(), () -> check(row)));
  }

  /** Runs a case, asserts that its answer is allowed, and returns the answer. */
  Answer check(AttackCase row) throws IOException {
    Answer answer =
        check(
            row.name(),
            row.attack(),
            it -> row.allowed().stream().anyMatch(verdict -> verdict.fits(it)));
    assertThat(ran)
        .as("runs of the protected servlet")
        .hasSize(
            ExpectedAnswer.OK.fits(answer) && row.allowed().contains(ExpectedAnswer.OK) ? 1 : 0);
    return answer;
  }

  /** Runs an attack, asserts that its answer meets the predicate, and returns the answer. */
  Answer check(String name, AttackCase.Attack attack, Predicate<Answer> expected)
      throws IOException {
    log.take();
    containerLog.take();
    tomcatLog.take();
    ran.clear();
    Answer answer = attack.on(this);
    assertThat(expected.test(answer)).as("%s%n%s%n%s", name, answer.head(), answer.body()).isTrue();
    assertNoSecretLogged();
    return answer;
  }

  /** Returns the user of each run of the protected servlet since the last case started. */
  List<String> ran() {
    return List.copyOf(ran);
  }

  /** Returns the lines that the library logged since the last case started. */
  List<String> logLines() {
    return log.lines();
  }

  /** Returns the lines that the container logged since the last case started. */
  List<String> containerLogLines() {
    return Stream.of(containerLog.lines(), tomcatLog.lines()).flatMap(List::stream).toList();
  }

  /** Asserts that no line of the log since the last case started contains a secret. */
  void assertNoSecretLogged() {
    Stream.of(log.lines(), containerLog.lines(), tomcatLog.lines())
        .flatMap(List::stream)
        .forEach(line -> assertThat(secrets).noneMatch(line::contains));
  }

  @Override
  public void close() {
    try {
      container.stop().stop();
    } catch (Exception e) {
      throw new AssertionError("the container did not stop", e);
    } finally {
      closeAllExceptContainer();
    }
  }

  private void closeAllExceptContainer() {
    security.close();
    log.close();
    containerLog.close();
    tomcatLog.close();
  }
}
