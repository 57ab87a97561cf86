package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.token.Subject;

/** Cases L20 and L22 to L25: many login attempts, and attempts during a failure. */
final class LoginLimitsTest {

  private static final int FAILURES = 10;
  private static final int WINDOW = 420;

  @TempDir private Path folder;

  private final AtomicInteger checks = new AtomicInteger();

  private AttackedApp start(Container container, Authenticator accounts) throws Exception {
    return FamilyServlets.in(
            AttackedApp.plan(folder)
                .container(container)
                .setting("token.login.window", Duration.ofSeconds(WINDOW).toString())
                .setting("token.store.concurrency", "2")
                .setting("token.login.waiting", "16")
                .authenticator(accounts))
        .start();
  }

  private Optional<Subject> checkPassword(UsernamePasswordCredential credential) {
    checks.incrementAndGet();
    return new String(credential.password()).equals("wonderland")
        ? Optional.of(Subject.of(credential.username()))
        : Optional.empty();
  }

  @ParameterizedTest
  @EnumSource(names = {"JETTY", "TOMCAT"})
  void l20_tenFailuresBlockTheUserOnEachRoute(Container container) throws Exception {
    try (AttackedApp app = start(container, this::checkPassword)) {
      for (LoginRoute route : LoginRoute.values()) {
        RawHttp client = app.http().from(addressOf(route));
        String alice = "alice" + numberOf(route);
        checks.set(0);
        for (int i = 0; i < FAILURES; i++) {
          assertFits(app, "L20 wrong", route, client, alice, "wrong", Expected.REFUSED);
        }
        assertThat(checks).hasValue(FAILURES);
        for (String password : List.of("wrong", "wonderland")) {
          for (LoginRoute other : LoginRoute.values()) {
            assertFits(app, "L20 too many", other, client, alice, password, Expected.LIMITED);
          }
        }
        for (String name : List.of("ALICE", " alice", "\uff41lice", "alic\u00e9", "al\u200bice")) {
          String spelt = name + numberOf(route);
          assertFits(app, "L20 spelt so", route, client, spelt, "wonderland", Expected.LIMITED);
        }
        assertThat(checks).hasValue(FAILURES);
        assertFits(app, "L20 another user", route, client, "bob", "wonderland", Expected.ISSUED);
        RawHttp elsewhere = app.http().from("127.0.2.1");
        assertFits(app, "L20 elsewhere", route, elsewhere, alice, "wonderland", Expected.ISSUED);
      }
    }
  }

  /** Each node counts separately, so that n nodes allow n times as many failures. */
  @Test
  void l20_eachNodeCountsFailuresSeparately() throws Exception {
    try (AttackedApp node = start(Container.JETTY, this::checkPassword);
        AttackedApp other =
            FamilyServlets.in(
                    AttackedApp.plan(folder)
                        .container(Container.TOMCAT)
                        .sharingStoreOf(node)
                        .authenticator(this::checkPassword))
                .start()) {
      for (int i = 0; i < FAILURES; i++) {
        assertFits(
            node, "L20", LoginRoute.GATEWAY_JSON, node.http(), "alice", "wrong", Expected.REFUSED);
      }
      assertFits(
          node,
          "L20",
          LoginRoute.GATEWAY_JSON,
          node.http(),
          "alice",
          "wonderland",
          Expected.LIMITED);
      assertFits(
          other,
          "L20",
          LoginRoute.GATEWAY_JSON,
          other.http(),
          "alice",
          "wonderland",
          Expected.ISSUED);
    }
  }

  @Test
  void l22_stopsOnePasswordForManyUsers() throws Exception {
    try (AttackedApp app = start(Container.JETTY, this::checkPassword)) {
      LoginRoute[] doors = LoginRoute.values();
      for (int i = 0; i < FAILURES * 10; i++) {
        LoginRoute route = doors[i % doors.length];
        assertFits(app, "L22 spray", route, app.http(), "user" + i, "Summer26", Expected.REFUSED);
      }
      assertThat(checks).hasValue(FAILURES * 10);
      String next = nameWithoutKnownLogins(app);
      int before = checks.get();
      for (LoginRoute route : doors) {
        assertFits(app, "L22", route, app.http(), next, "Summer26", Expected.LIMITED);
        assertFits(app, "L22", route, app.http(), next, "wonderland", Expected.LIMITED);
        RawHttp elsewhere = app.http().from("127.0.0.9");
        assertFits(app, "L22", route, elsewhere, "user1", "wonderland", Expected.ISSUED);
      }
      assertThat(checks).hasValue(before + doors.length);
    }
  }

  /**
   * Returns a user name whose logins do not look like logins that succeeded before. One login in
   * 256 does, and is checked although it is refused, but never four names with two passwords each.
   */
  private String nameWithoutKnownLogins(AttackedApp app) throws Exception {
    for (int i = 0; i < 4; i++) {
      int before = checks.get();
      String name = "next" + i;
      LoginRoute route = LoginRoute.GATEWAY_JSON;
      assertFits(app, "L22", route, app.http(), name, "Summer26", Expected.LIMITED);
      assertFits(app, "L22", route, app.http(), name, "wonderland", Expected.LIMITED);
      if (checks.get() == before) {
        return name;
      }
    }
    throw new AssertionError("the authenticator was called for each name above the limit");
  }

  @Test
  void l22_stopsGuessingFromManyAddresses() throws Exception {
    try (AttackedApp app = start(Container.JETTY, this::checkPassword)) {
      LoginRoute[] doors = LoginRoute.values();
      for (int i = 0; i < FAILURES * 10; i++) {
        RawHttp client = app.http().from("127.0." + (i / 10 + 1) + "." + (i % 10 + 1));
        LoginRoute route = doors[i % doors.length];
        assertFits(app, "L22 everywhere", route, client, "alice", "wrong", Expected.REFUSED);
      }
      for (LoginRoute route : doors) {
        RawHttp elsewhere = app.http().from("127.9.9.9");
        assertFits(app, "L22", route, elsewhere, "alice", "wonderland", Expected.LIMITED);
        assertFits(app, "L22", route, elsewhere, "bob", "wonderland", Expected.ISSUED);
      }
    }
  }

  /** Failures are counted in memory, so that an unavailable store does not allow more of them. */
  @ParameterizedTest
  @EnumSource(names = {"JETTY", "TOMCAT"})
  void l23_countsFailuresWhileTheStoreIsDown(Container container) throws Exception {
    try (AttackedApp app = start(container, this::checkPassword)) {
      app.store.failAll();
      for (LoginRoute route : LoginRoute.values()) {
        RawHttp client = app.http().from(addressOf(route));
        String alice = "alice" + numberOf(route);
        assertFits(app, "L23 right", route, client, "bob", "wonderland", Expected.FAILED);
        for (int i = 0; i < FAILURES; i++) {
          assertFits(app, "L23 wrong", route, client, alice, "wrong", Expected.REFUSED);
        }
        assertFits(app, "L23 too many", route, client, alice, "wonderland", Expected.LIMITED);
      }
      app.store.clearFaults();
      for (LoginRoute route : LoginRoute.values()) {
        assertFits(app, "L23 repaired", route, app.http(), "bob", "wonderland", Expected.ISSUED);
      }
    }
  }

  /** Two logins are checked, sixteen wait, the rest is rejected at once; tokens are not delayed. */
  @ParameterizedTest
  @EnumSource(names = {"JETTY", "TOMCAT"})
  void l24_loginBurstDoesNotDelayTokens(Container container) throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    ExecutorService clients = Executors.newFixedThreadPool(40);
    try (AttackedApp app =
        start(
            container,
            credential -> {
              if (!credential.username().equals("alice")) {
                inside.incrementAndGet();
                awaitLatch(open);
              }
              return checkPassword(credential);
            })) {
      String token = app.open(Accounts.ALICE, 5);
      List<Future<Boolean>> logins = new ArrayList<>();
      AtomicInteger sentAway = new AtomicInteger();
      List<LoginRoute> doors = List.of(LoginRoute.values());
      for (int i = 0; i < 40; i++) {
        LoginRoute route = doors.get(i % doors.size());
        String name = "user" + i;
        logins.add(
            clients.submit(
                () -> {
                  Answer answer = route.logIn(app.http(), name, "wonderland");
                  boolean busy = route.isBusy(answer);
                  sentAway.addAndGet(busy ? 1 : 0);
                  return busy || route.issues(answer);
                }));
      }
      await().untilAsserted(() -> assertThat(sentAway.get()).isGreaterThanOrEqualTo(22));
      // The admitted logins may not have reached the authenticator yet.
      await().untilAsserted(() -> assertThat(inside.get()).isBetween(2, 40));
      app.check(
          AttackCase.of(
              "L24 a token meanwhile",
              ExpectedAnswer.OK,
              it -> it.http().get("/secure/x", "Authorization: Bearer " + token)));
      open.countDown();
      for (Future<Boolean> login : logins) {
        assertThat(login.get()).isTrue();
      }
      assertFits(
          app, "L24", LoginRoute.OPEN_BASIC, app.http(), "late", "wonderland", Expected.ISSUED);
    } finally {
      open.countDown();
      clients.shutdownNow();
    }
  }

  /** A conditional or repeated request of a cache or a browser gets a new token. */
  @ParameterizedTest
  @EnumSource(names = {"JETTY", "TOMCAT"})
  void l25_answersNoLoginFromACache(Container container) throws Exception {
    try (AttackedApp app = start(container, this::checkPassword)) {
      for (LoginRoute route : LoginRoute.values()) {
        List<String> tokens = new ArrayList<>();
        for (String header :
            List.of(
                "If-None-Match: *",
                "If-Modified-Since: Sun, 22 Nov 2026 10:00:00 GMT",
                "Range: bytes=0-10",
                "Cache-Control: only-if-cached")) {
          Answer answer =
              app.check(
                  "L25 " + header,
                  it -> route.logIn(it.http(), "alice", "wonderland", header),
                  route::issues);
          tokens.add(route.tokenOf(answer));
          assertThat(answer.all("ETag")).isEmpty();
          assertThat(answer.all("Last-Modified")).isEmpty();
        }
        assertThat(tokens).doesNotHaveDuplicates();
      }
    }
  }

  /** Returns the client address for this login route; each route has its own. */
  private static String addressOf(LoginRoute route) {
    return "127.0.1." + (numberOf(route) + 1);
  }

  private static int numberOf(LoginRoute route) {
    return List.of(LoginRoute.values()).indexOf(route);
  }

  private enum Expected {
    ISSUED,
    REFUSED,
    LIMITED,
    FAILED
  }

  private static void assertFits(
      AttackedApp app,
      String name,
      LoginRoute route,
      RawHttp client,
      String user,
      String password,
      Expected expected)
      throws IOException {
    app.check(
        name + ", " + route + ", " + user,
        it -> route.logIn(client, user, password),
        answer ->
            switch (expected) {
              case ISSUED -> route.issues(answer);
              case REFUSED -> route.refuses(answer);
              case LIMITED -> route.limits(answer, WINDOW);
              case FAILED -> route.isUnavailable(answer);
            });
  }

  private static void awaitLatch(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
