package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.ByzantineStore;
import org.tokenfilter.testsupport.ByzantineStore.Fault;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.SessionId;

/**
 * Case F26. Each call of the store by a request fails before its effect, fails after it, and hangs.
 * All cases run on one application, which is never restarted.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StoreFailuresTest {

  private static final int PERMITS = 2;
  private static final Duration TIMEOUT = Duration.ofMillis(100);

  /** The delay that a loaded machine may add. The store hangs until the test releases it. */
  private static final Duration SLACK = Duration.ofSeconds(30);

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
  private final InMemoryTokenStore memory = new InMemoryTokenStore(clock, Duration.ofHours(1));
  private final ByzantineStore store = new ByzantineStore(memory);
  private final AtomicInteger ran = new AtomicInteger();
  private final ExecutorService clients = Executors.newCachedThreadPool();
  private final List<String> table = new ArrayList<>();
  private TokenSecurity security;
  private WebApp app;

  /** A request and the call of the store in it that fails. */
  enum Step {
    LOGIN_INSERT("insert at login, session token", Call.INSERT, "/session/30"),
    OPEN_INSERT("insert at login, open token", Call.INSERT, "/30"),
    REQUEST_FIND("find at a request", Call.FIND, "/api/who"),
    REQUEST_RENEW("renew after success", Call.RENEW, "/api/who"),
    JOIN_FIND("find at joining a session", Call.FIND, "/session/30"),
    JOIN_RENEW("renew at joining a session", Call.RENEW, "/session/30"),
    LOGOUT_FIND("find at logout", Call.FIND, "/logout"),
    LOGOUT_REVOKE("end at logout", Call.REVOKE, "/logout"),
    APPLICATION_REVOKE("end at the application's request.logout()", Call.REVOKE, "/api/logout");

    private final String description;
    private final Call call;
    private final String path;

    Step(String told, Call call, String path) {
      this.description = told;
      this.call = call;
      this.path = path;
    }
  }

  /** The point of a call at which it fails. */
  enum When {
    BEFORE,
    AFTER
  }

  /**
   * The expected result of a step that fails.
   *
   * @param live the change in the number of live tokens of the user
   * @param record the state of the session that the request presents
   * @param again the status of the same request after the store works again
   */
  record FailureCase(
      Step step, When when, int status, int ran, int live, String record, int again) {
    @Override
    public String toString() {
      return step + " " + when;
    }
  }

  static Stream<FailureCase> failureCases() {
    String untouched = "live, not renewed";
    return Stream.of(
        new FailureCase(Step.LOGIN_INSERT, When.BEFORE, 503, 0, 0, untouched, 200),
        new FailureCase(Step.LOGIN_INSERT, When.AFTER, 503, 0, 1, untouched, 200),
        new FailureCase(Step.OPEN_INSERT, When.BEFORE, 503, 0, 0, untouched, 200),
        new FailureCase(Step.OPEN_INSERT, When.AFTER, 503, 0, 1, untouched, 200),
        new FailureCase(Step.REQUEST_FIND, When.BEFORE, 503, 0, 0, untouched, 200),
        new FailureCase(Step.REQUEST_FIND, When.AFTER, 503, 0, 0, untouched, 200),
        new FailureCase(Step.REQUEST_RENEW, When.BEFORE, 200, 1, 0, untouched, 200),
        new FailureCase(Step.REQUEST_RENEW, When.AFTER, 200, 1, 0, "live, renewed", 200),
        new FailureCase(Step.JOIN_FIND, When.BEFORE, 503, 0, 0, untouched, 200),
        new FailureCase(Step.JOIN_FIND, When.AFTER, 503, 0, 0, untouched, 200),
        new FailureCase(Step.JOIN_RENEW, When.BEFORE, 503, 0, 0, untouched, 200),
        new FailureCase(Step.JOIN_RENEW, When.AFTER, 503, 0, 0, "live, renewed", 200),
        new FailureCase(Step.LOGOUT_FIND, When.BEFORE, 503, 0, 0, untouched, 204),
        new FailureCase(Step.LOGOUT_FIND, When.AFTER, 503, 0, 0, untouched, 204),
        new FailureCase(Step.LOGOUT_REVOKE, When.BEFORE, 503, 0, 0, untouched, 204),
        new FailureCase(Step.LOGOUT_REVOKE, When.AFTER, 503, 0, -1, "closed", 204),
        new FailureCase(Step.APPLICATION_REVOKE, When.BEFORE, 500, 1, 0, untouched, 200),
        new FailureCase(Step.APPLICATION_REVOKE, When.AFTER, 500, 1, -1, "closed", 401));
  }

  @BeforeAll
  void startTheApplication(@TempDir Path folder) throws Exception {
    security =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .setting("token.store.concurrency", Integer.toString(PERMITS))
            .setting("token.store.timeout", TIMEOUT.toString())
            .clock(clock)
            .store(store)
            .build();
    app =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet("/api/who", (request, response) -> ran.incrementAndGet())
            .servlet(
                "/api/logout",
                (request, response) -> {
                  ran.incrementAndGet();
                  request.logout();
                })
            .start();
  }

  @BeforeEach
  void resetCounter() {
    ran.set(0);
  }

  @AfterAll
  void stopTheApplicationAndWriteTheTable() throws Exception {
    clients.shutdownNow();
    app.close();
    security.close();
    List<String> text = new ArrayList<>();
    text.add("| call of the store | fault | answer | Retry-After | application ran | in the store");
    text.set(0, text.get(0) + " | the same request again |");
    text.add("|---|---|---|---|---|---|---|");
    text.addAll(table.stream().sorted().toList());
    Files.write(Path.of("target", "store-failures.md"), text);
  }

  @ParameterizedTest
  @MethodSource("failureCases")
  void f26_failureIsReportedAndNextRequestWorks(FailureCase row) throws Exception {
    Session session = login();
    clock.move(Duration.ofMinutes(1));
    int live = live();

    inject(
        row.step().call,
        truth -> {
          var unused = row.when() == When.AFTER ? truth.get() : null;
          throw new TokenStoreException("broken", null, true);
        });
    HttpResponse<String> answer = send(row.step(), session);
    // Read before failed writes of uses are retried.
    int more = live() - live;
    String record = stateOf(session);
    store.clearFaults();

    String retryAfter = answer.headers().firstValue("Retry-After").orElse("none");
    assertThat(answer.statusCode()).isEqualTo(row.status());
    assertThat(retryAfter).isEqualTo(row.status() == 503 ? "1" : "none");
    assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
    assertThat(ran).hasValue(row.ran());
    assertThat(more).isEqualTo(row.live());
    assertThat(record).isEqualTo(row.record());
    int again = send(row.step(), session).statusCode();
    assertThat(again).isEqualTo(row.again());
    addTableRow(
        row.step(),
        row.when() == When.BEFORE ? "fails before" : "fails after",
        Integer.toString(row.status()),
        retryAfter,
        Integer.toString(row.ran()),
        "presented session %s; live tokens %+d".formatted(record, more),
        Integer.toString(again));
  }

  static Stream<Step> steps() {
    return Stream.of(Step.values());
  }

  @ParameterizedTest
  @MethodSource("steps")
  void s03_hangingStoreDelaysNextRequestOnlyUntilTimeout(Step step) throws Exception {
    List<Session> sessions = new ArrayList<>();
    for (int i = 0; i < PERMITS; i++) {
      sessions.add(login());
    }
    Session next = login();
    CountDownLatch letGo = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    inject(
        step.call,
        truth -> {
          inside.incrementAndGet();
          letGo.await();
          return truth.get();
        });
    List<Future<HttpResponse<String>>> hung = new ArrayList<>();
    for (Session session : sessions) {
      hung.add(clients.submit(() -> send(step, session)));
    }
    await().until(() -> inside.get() == PERMITS);
    int ranBefore = ran.get();

    long start = System.nanoTime();
    HttpResponse<String> sentAway = app.get("/api/who", next.headers());
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertThat(sentAway.statusCode()).isEqualTo(503);
    assertThat(sentAway.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(took).isBetween(TIMEOUT, TIMEOUT.plus(SLACK));
    assertThat(app.send("POST", "/security/rest/token/logout", next.headers()).statusCode())
        .isEqualTo(503);
    assertThat(stateOf(next)).startsWith("live");
    assertThat(ran).hasValue(ranBefore);
    assertThat(inside).hasValue(PERMITS);
    assertThat(hung).noneMatch(Future::isDone);

    letGo.countDown();
    int good = step.path.equals("/logout") ? 204 : 200;
    for (Future<HttpResponse<String>> late : hung) {
      assertThat(late.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(good);
    }
    store.clearFaults();
    int again = app.get("/api/who", next.headers()).statusCode();
    assertThat(again).isEqualTo(200);
    addTableRow(
        step,
        "hangs",
        "a request meanwhile: 503 in time; the %d that hang, when let go: %d"
            .formatted(PERMITS, good),
        "1",
        "0",
        "presented session live",
        Integer.toString(again));
  }

  /** Injects a fault of requests; meanwhile the store is down for background tasks. */
  private void inject(Call call, Fault fault) {
    for (Call each : List.of(Call.INSERT, Call.FIND, Call.RENEW, Call.REVOKE)) {
      store.inject(
          each,
          truth -> {
            if (Thread.currentThread().getName().startsWith("token-filter ")) {
              throw new TokenStoreException("down beside requests", null, true);
            }
            return each == call ? fault.answer(truth) : truth.get();
          });
    }
  }

  private Session login() throws Exception {
    return app.session(Accounts.ALICE, 30);
  }

  private HttpResponse<String> send(Step step, Session session) throws Exception {
    return switch (step) {
      case LOGIN_INSERT, OPEN_INSERT ->
          app.get(
              "/security/rest/token/access" + step.path,
              "Authorization",
              WebApp.basic(Accounts.ALICE));
      case JOIN_FIND, JOIN_RENEW ->
          app.get(
              "/security/rest/token/access" + step.path,
              "Authorization",
              WebApp.basic(Accounts.ALICE),
              "Cookie",
              "SESSION=" + session.id());
      case LOGOUT_FIND, LOGOUT_REVOKE ->
          app.send("POST", "/security/rest/token" + step.path, session.headers());
      case REQUEST_FIND, REQUEST_RENEW, APPLICATION_REVOKE -> app.get(step.path, session.headers());
    };
  }

  private int live() {
    return memory.list("alice", clock.instant(), null, 1000).size();
  }

  private String stateOf(Session session) {
    TokenId id = SessionId.parse(session.id()).tokenId();
    TokenRecord record = memory.find(id).orElseThrow();
    if (record.revocation() != null) {
      return "closed";
    }
    boolean renewed = record.lastUsedAt().isAfter(record.issuedAt());
    return renewed ? "live, renewed" : "live, not renewed";
  }

  private void addTableRow(Step step, String fault, String... cells) {
    table.add("| " + step.description + " | " + fault + " | " + String.join(" | ", cells) + " |");
  }
}
