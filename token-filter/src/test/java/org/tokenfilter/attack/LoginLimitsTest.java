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
import org.tokenfilter.Accounts;
import org.tokenfilter.RawHttp;
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.token.Subject;

/** Cases L20 and L22 to L25: many login attempts, and attempts during a failure. */
final class LoginLimitsTest {

  private static final int FAILURES = 10;
  private static final int WINDOW = 420;

  @TempDir private Path folder;

  private final AtomicInteger asked = new AtomicInteger();

  private AttackedApp start(Container container, Authenticator accounts) throws Exception {
    return Families.in(
            AttackedApp.plan(folder)
                .in(container)
                .setting("token.login.window", Duration.ofSeconds(WINDOW).toString())
                .setting("token.store.concurrency", "2")
                .setting("token.login.waiting", "16")
                .authenticator(accounts))
        .start();
  }

  private Optional<Subject> wonderland(UsernamePasswordCredential credential) {
    asked.incrementAndGet();
    return new String(credential.password()).equals("wonderland")
        ? Optional.of(Subject.of(credential.username()))
        : Optional.empty();
  }

  @ParameterizedTest
  @EnumSource(names = {"JETTY", "TOMCAT"})
  void l20_afterTenFailuresTheRightPasswordIsRefusedAtEachDoor(Container container)
      throws Exception {
    try (AttackedApp app = start(container, this::wonderland)) {
      for (Door door : Door.values()) {
        RawHttp client = app.http().from(addressOf(door));
        String alice = "alice" + numberOf(door);
        asked.set(0);
        for (int i = 0; i < FAILURES; i++) {
          assertFits(app, "L20 wrong", door, client, alice, "wrong", Expected.REFUSED);
        }
        assertThat(asked).hasValue(FAILURES);
        for (String password : List.of("wrong", "wonderland")) {
          for (Door other : Door.values()) {
            assertFits(app, "L20 too many", other, client, alice, password, Expected.LIMITED);
          }
        }
        for (String name : List.of("ALICE", " alice", "\uff41lice", "alic\u00e9", "al\u200bice")) {
          String spelt = name + numberOf(door);
          assertFits(app, "L20 spelt so", door, client, spelt, "wonderland", Expected.LIMITED);
        }
        assertThat(asked).hasValue(FAILURES);
        assertFits(app, "L20 another user", door, client, "bob", "wonderland", Expected.ISSUED);
        RawHttp elsewhere = app.http().from("127.0.2.1");
        assertFits(app, "L20 elsewhere", door, elsewhere, alice, "wonderland", Expected.ISSUED);
      }
    }
  }

  /** Each node counts separately, so that n nodes allow n times as many failures. */
  @Test
  void l20_anotherNodeCountsForItself() throws Exception {
    try (AttackedApp node = start(Container.JETTY, this::wonderland);
        AttackedApp other =
            Families.in(
                    AttackedApp.plan(folder)
                        .in(Container.TOMCAT)
                        .beside(node)
                        .authenticator(this::wonderland))
                .start()) {
      for (int i = 0; i < FAILURES; i++) {
        assertFits(node, "L20", Door.GATEWAY_JSON, node.http(), "alice", "wrong", Expected.REFUSED);
      }
      assertFits(
          node, "L20", Door.GATEWAY_JSON, node.http(), "alice", "wonderland", Expected.LIMITED);
      assertFits(
          other, "L20", Door.GATEWAY_JSON, other.http(), "alice", "wonderland", Expected.ISSUED);
    }
  }

  @Test
  void l22_whoeverTriesEachUserOnceIsStopped() throws Exception {
    try (AttackedApp app = start(Container.JETTY, this::wonderland)) {
      Door[] doors = Door.values();
      for (int i = 0; i < FAILURES * 10; i++) {
        Door door = doors[i % doors.length];
        assertFits(app, "L22 spray", door, app.http(), "user" + i, "Summer26", Expected.REFUSED);
      }
      assertThat(asked).hasValue(FAILURES * 10);
      String next = nameOfAStranger(app);
      int before = asked.get();
      for (Door door : doors) {
        assertFits(app, "L22", door, app.http(), next, "Summer26", Expected.LIMITED);
        assertFits(app, "L22", door, app.http(), next, "wonderland", Expected.LIMITED);
        RawHttp elsewhere = app.http().from("127.0.0.9");
        assertFits(app, "L22", door, elsewhere, "user1", "wonderland", Expected.ISSUED);
      }
      assertThat(asked).hasValue(before + doors.length);
    }
  }

  /**
   * Returns a user name whose logins do not look like logins that succeeded before. One login in
   * 256 does, and is checked although it is refused, but never four names with two passwords each.
   */
  private String nameOfAStranger(AttackedApp app) throws Exception {
    for (int i = 0; i < 4; i++) {
      int before = asked.get();
      String name = "next" + i;
      Door door = Door.GATEWAY_JSON;
      assertFits(app, "L22", door, app.http(), name, "Summer26", Expected.LIMITED);
      assertFits(app, "L22", door, app.http(), name, "wonderland", Expected.LIMITED);
      if (asked.get() == before) {
        return name;
      }
    }
    throw new AssertionError("the authenticator was called for each name above the limit");
  }

  @Test
  void l22_whoTriesOneUserFromEverywhereIsStopped() throws Exception {
    try (AttackedApp app = start(Container.JETTY, this::wonderland)) {
      Door[] doors = Door.values();
      for (int i = 0; i < FAILURES * 10; i++) {
        RawHttp client = app.http().from("127.0." + (i / 10 + 1) + "." + (i % 10 + 1));
        Door door = doors[i % doors.length];
        assertFits(app, "L22 everywhere", door, client, "alice", "wrong", Expected.REFUSED);
      }
      for (Door door : doors) {
        RawHttp elsewhere = app.http().from("127.9.9.9");
        assertFits(app, "L22", door, elsewhere, "alice", "wonderland", Expected.LIMITED);
        assertFits(app, "L22", door, elsewhere, "bob", "wonderland", Expected.ISSUED);
      }
    }
  }

  /** Failures are counted in memory, so that an unavailable store does not allow more of them. */
  @ParameterizedTest
  @EnumSource(names = {"JETTY", "TOMCAT"})
  void l23_whileTheStoreIsDownNobodyIsLetInAndFailuresCount(Container container) throws Exception {
    try (AttackedApp app = start(container, this::wonderland)) {
      app.store.failAll();
      for (Door door : Door.values()) {
        RawHttp client = app.http().from(addressOf(door));
        String alice = "alice" + numberOf(door);
        assertFits(app, "L23 right", door, client, "bob", "wonderland", Expected.FAILED);
        for (int i = 0; i < FAILURES; i++) {
          assertFits(app, "L23 wrong", door, client, alice, "wrong", Expected.REFUSED);
        }
        assertFits(app, "L23 too many", door, client, alice, "wonderland", Expected.LIMITED);
      }
      app.store.clearFaults();
      for (Door door : Door.values()) {
        assertFits(app, "L23 repaired", door, app.http(), "bob", "wonderland", Expected.ISSUED);
      }
    }
  }

  /** Two logins are checked, sixteen wait, the rest is rejected at once; tokens are not delayed. */
  @ParameterizedTest
  @EnumSource(names = {"JETTY", "TOMCAT"})
  void l24_aStormOfLoginsLeavesTokensAlone(Container container) throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    ExecutorService clients = Executors.newFixedThreadPool(40);
    try (AttackedApp app =
        start(
            container,
            credential -> {
              if (!credential.username().equals("alice")) {
                inside.incrementAndGet();
                awaitQuietly(open);
              }
              return wonderland(credential);
            })) {
      String token = app.open(Accounts.ALICE, 5);
      List<Future<Boolean>> logins = new ArrayList<>();
      AtomicInteger sentAway = new AtomicInteger();
      List<Door> doors = List.of(Door.values());
      for (int i = 0; i < 40; i++) {
        Door door = doors.get(i % doors.size());
        String name = "user" + i;
        logins.add(
            clients.submit(
                () -> {
                  Answer answer = door.logIn(app.http(), name, "wonderland");
                  boolean busy = door.isBusy(answer);
                  sentAway.addAndGet(busy ? 1 : 0);
                  return busy || door.issues(answer);
                }));
      }
      await().untilAsserted(() -> assertThat(sentAway.get()).isGreaterThanOrEqualTo(22));
      // The admitted logins may not have reached the authenticator yet.
      await().untilAsserted(() -> assertThat(inside.get()).isBetween(2, 40));
      app.check(
          Row.of(
              "L24 a token meanwhile",
              Verdict.OK,
              it -> it.http().get("/secure/x", "Authorization: Bearer " + token)));
      open.countDown();
      for (Future<Boolean> login : logins) {
        assertThat(login.get()).isTrue();
      }
      assertFits(app, "L24", Door.OPEN_BASIC, app.http(), "late", "wonderland", Expected.ISSUED);
    } finally {
      open.countDown();
      clients.shutdownNow();
    }
  }

  /** A conditional or repeated request of a cache or a browser gets a new token. */
  @ParameterizedTest
  @EnumSource(names = {"JETTY", "TOMCAT"})
  void l25_noLoginIsAnsweredFromACache(Container container) throws Exception {
    try (AttackedApp app = start(container, this::wonderland)) {
      for (Door door : Door.values()) {
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
                  it -> door.logIn(it.http(), "alice", "wonderland", header),
                  door::issues);
          tokens.add(door.tokenOf(answer));
          assertThat(answer.all("ETag")).isEmpty();
          assertThat(answer.all("Last-Modified")).isEmpty();
        }
        assertThat(tokens).doesNotHaveDuplicates();
      }
    }
  }

  /** Returns the client address for this login route; each route has its own. */
  private static String addressOf(Door door) {
    return "127.0.1." + (numberOf(door) + 1);
  }

  private static int numberOf(Door door) {
    return List.of(Door.values()).indexOf(door);
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
      Door door,
      RawHttp client,
      String user,
      String password,
      Expected expected)
      throws IOException {
    app.check(
        name + ", " + door + ", " + user,
        it -> door.logIn(client, user, password),
        answer ->
            switch (expected) {
              case ISSUED -> door.issues(answer);
              case REFUSED -> door.refuses(answer);
              case LIMITED -> door.limits(answer, WINDOW);
              case FAILED -> door.fails(answer);
            });
  }

  private static void awaitQuietly(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
