package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.SessionId;

/** Cases B09 to B13: the deadline, on the node that issued the token and on another one. */
class IdleTimeTest {

  private static final Duration IDLE = Duration.ofMinutes(30);
  private static final Duration TTL = Duration.ofMinutes(60);
  private static final Duration MILLI = Duration.ofMillis(1);

  /** Pages that fail in different ways. */
  private static final List<String> FAILING =
      List.of("/fail/throw", "/fail/500", "/fail/403", "/fail/404", "/fail/async", "/fail/late");

  private static final List<String> SUCCEEDING = List.of("/fail/302", "/fail/204", "/secure/x");

  @TempDir private Path folder;
  private AttackedApp app;
  private AttackedApp other;

  @BeforeEach
  void start() throws Exception {
    app = plan().start();
    other = plan().sharingStoreOf(app).start();
  }

  private AttackedApp.Plan plan() {
    return AttackedApp.plan(folder)
        .setting("token.revocation.lag", "PT0S")
        .setting("token.gateway.paths", "/gate/*")
        .register(
            registrations -> {
              AllFamiliesApp.register(registrations);
              registrations.servlet("failing", FailingServlet::answer, "/fail/*");
            });
  }

  @AfterEach
  void stop() {
    other.close();
    app.close();
  }

  /** A use of a token, and the lifetime of that token. */
  private record Use(String name, Duration lifetime, Use.Starter starter) {

    /** Gets a token and returns the request that uses it. */
    @FunctionalInterface
    interface Starter {
      AttackCase.Attack of(AttackedApp app) throws IOException;
    }
  }

  private static List<Use> uses() {
    return List.of(
        new Use("session", IDLE, app -> using(app.session(Accounts.ALICE, 0))),
        new Use(
            "session with a ttl",
            Duration.ofMinutes(10),
            app -> using(app.session(Accounts.ALICE, 10))),
        new Use("open", TTL, app -> by(TokenRoute.GET, app.open(Accounts.ALICE, 60))),
        new Use("forwarded", TTL, app -> by(TokenRoute.FORWARD, app.open(Accounts.ALICE, 60))),
        new Use(
            "user",
            IDLE,
            app -> by(TokenRoute.USER_TOKEN, AllFamiliesApp.user(app, Accounts.ALICE))),
        new Use("keepAlive", IDLE, app -> keepingAlive(AllFamiliesApp.user(app, Accounts.ALICE))),
        new Use(
            "kept session",
            IDLE,
            app -> {
              String user = AllFamiliesApp.user(app, Accounts.ALICE);
              Answer opened =
                  app.http()
                      .get(AllFamiliesApp.GATEWAY_PAGE + "?close=false", "userToken: " + user);
              String session = app.secret(opened.all("session").get(0));
              return it ->
                  it.http()
                      .get(
                          AllFamiliesApp.GATEWAY_PAGE, "userToken: " + user, "session: " + session);
            }));
  }

  /** The token is expired at the deadline itself. */
  @TestFactory
  Stream<DynamicTest> expiresExactlyAtItsDeadline() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Use use : uses()) {
      String id = use.name().equals("keepAlive") ? "B10 " : "B09 ";
      for (boolean here : new boolean[] {true, false}) {
        String where = here ? ", here" : ", on another node";
        tests.add(
            test(
                id + use.name() + " a millisecond before" + where,
                use,
                use.lifetime().minus(MILLI),
                here,
                true));
        tests.add(
            test(id + use.name() + " at its deadline" + where, use, use.lifetime(), here, false));
        tests.add(
            test(
                id + use.name() + " a millisecond after" + where,
                use,
                use.lifetime().plus(MILLI),
                here,
                false));
      }
    }
    return tests.stream();
  }

  private DynamicTest test(String name, Use use, Duration after, boolean here, boolean lives) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          AttackCase.Attack attack = use.starter().of(app);
          AttackedApp node = here ? app : other;
          app.clock.move(after);
          if (lives) {
            assertThat(attack.on(node).status()).isEqualTo(200);
          } else {
            node.check(AttackCase.of(name, ExpectedAnswer.EXPIRED, attack));
            node.check(AttackCase.of(name + ", again", ExpectedAnswer.EXPIRED, attack));
          }
        });
  }

  /** Family 3 answers 410 and renews nothing either. */
  @Test
  void b10_expiredUserTokenGets410() throws Exception {
    String user = AllFamiliesApp.user(app, Accounts.ALICE);
    app.clock.move(IDLE);
    for (TokenRoute way :
        List.of(TokenRoute.QUERY, TokenRoute.RENEW, TokenRoute.REVOKE_SESSION_TOKEN)) {
      assertThat(way.send(app.http(), user).status()).isEqualTo(410);
      assertThat(way.send(other.http(), user).status()).isEqualTo(410);
    }
    app.check(AttackCase.of("still dead", ExpectedAnswer.EXPIRED, by(TokenRoute.USER_TOKEN, user)));
  }

  @Test
  void b11_useMovesTheDeadline() throws Exception {
    AttackCase.Attack use = using(app.session(Accounts.ALICE, 0));
    app.clock.move(Duration.ofMinutes(29));
    app.check(AttackCase.of("B11 after 29 minutes", ExpectedAnswer.OK, use));
    app.clock.move(IDLE.minusSeconds(1));
    other.check(AttackCase.of("B11 a second before the new deadline", ExpectedAnswer.OK, use));
    app.clock.move(IDLE);
    app.check(AttackCase.of("B11 at the next", ExpectedAnswer.EXPIRED, use));
  }

  /** The start time of the request decides; a token that expires meanwhile stays expired. */
  @Test
  void b12_decidesByTheStartOfTheRequest() throws Exception {
    for (AttackedApp node : List.of(app, other)) {
      AttackCase.Attack use = using(app.session(Accounts.ALICE, 0));
      app.clock.move(IDLE.minus(MILLI));
      app.store.before(Call.FIND, 1, () -> app.clock.move(MILLI.multipliedBy(5)));
      node.check(AttackCase.of("B12 begun in time", ExpectedAnswer.OK, use));
      app.check(AttackCase.of("B12 begun too late, here", ExpectedAnswer.EXPIRED, use));
      other.check(AttackCase.of("B12 begun too late, there", ExpectedAnswer.EXPIRED, use));
    }
  }

  @TestFactory
  Stream<DynamicTest> failedRequestRenewsNothing() {
    return Stream.concat(
        FAILING.stream().map(path -> renewal(path, ExpectedAnswer.EXPIRED)),
        SUCCEEDING.stream().map(path -> renewal(path, ExpectedAnswer.OK)));
  }

  private DynamicTest renewal(String path, ExpectedAnswer then) {
    return DynamicTest.dynamicTest(
        "B13 " + path,
        () -> {
          for (AttackedApp node : List.of(app, other)) {
            Session session = app.session(Accounts.BOB, 0);
            app.clock.move(Duration.ofMinutes(20));
            node.http().get(path, headers(session));
            if (then == ExpectedAnswer.OK) {
              // A redirect is answered before its request has ended. The test waits for the use in
              // the store, because the use would be too late if the clock moved earlier.
              TokenId id = SessionId.parse(session.id()).tokenId();
              await().until(() -> lastUse(id).equals(app.clock.instant()));
            }
            app.clock.move(Duration.ofMinutes(10));
            for (AttackedApp judge : List.of(app, other)) {
              judge.check(AttackCase.of("B13 " + path, then, using(session)));
            }
          }
        });
  }

  private Instant lastUse(TokenId id) {
    return app.store.find(id).orElseThrow().lastUsedAt();
  }

  private static AttackCase.Attack using(Session session) {
    return it -> it.http().get(AllFamiliesApp.PAGE, headers(session));
  }

  private static String[] headers(Session session) {
    return new String[] {TokenRoute.bearer(session.token()), "Cookie: SESSION=" + session.id()};
  }

  private static AttackCase.Attack by(TokenRoute way, String token) {
    return it -> way.send(it.http(), token);
  }

  private static AttackCase.Attack keepingAlive(String token) {
    return it -> TokenRoute.KEEP_ALIVE.send(it.http(), token);
  }
}
