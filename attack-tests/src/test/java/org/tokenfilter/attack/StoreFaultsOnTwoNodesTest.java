package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.attack.StoreRequest.Sent;
import org.tokenfilter.attack.StoreRequest.TokenHolder;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.PausedCall;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp.Session;

/**
 * Cases S03, S07, S11 to S13 and S30 on two nodes, a Jetty and a Tomcat, over one store that hangs
 * or fails for one of them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StoreFaultsOnTwoNodesTest {

  private static final int PERMITS = 2;

  private final InMemoryTokenStore memory = new InMemoryTokenStore();
  private final ExecutorService clients = Executors.newCachedThreadPool();
  private AttackedApp jetty;
  private AttackedApp tomcat;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    jetty = plan(folder, Container.JETTY).start();
    AttackedApp.Plan other = plan(folder, Container.TOMCAT).sharingStoreOf(jetty);
    tomcat = other.store(memory).start();
  }

  private AttackedApp.Plan plan(Path folder, Container container) throws IOException {
    return StoreRequest.configure(
        AttackedApp.plan(Files.createDirectory(folder.resolve(container.name())))
            .container(container)
            .store(memory)
            .setting("token.store.concurrency", Integer.toString(PERMITS))
            .setting("token.store.timeout", "PT0.1S"));
  }

  @AfterAll
  void stop() {
    clients.shutdownNow();
    jetty.close();
    tomcat.close();
  }

  /** Case S07: no answer reports the token as closed, and the other node does not treat it so. */
  @TestFactory
  Stream<DynamicTest> s07_failedCloseIsNotReportedAsDone() {
    return Stream.of(StoreRequest.LOG_OUT, StoreRequest.OAUTH_REVOKE, StoreRequest.REVOKE)
        .flatMap(
            request ->
                Stream.of(true, false)
                    .map(
                        before ->
                            DynamicTest.dynamicTest(
                                "S07 " + request + (before ? " before" : " after") + " its effect",
                                () -> assertCloseUnknown(request, before))));
  }

  private void assertCloseUnknown(StoreRequest request, boolean before) throws IOException {
    int live = liveTokens();
    Sent sent = request.prepare(new TokenHolder(jetty));
    assertThat(liveTokens()).isEqualTo(live + 1);
    if (before) {
      jetty.store.failBefore(Call.REVOKE, 1);
    } else {
      jetty.store.failAfter(Call.REVOKE, 1);
    }
    Answer answer = jetty.check(request.name(), it -> sent.to(it.http()), request::isUnavailable);
    assertThat(request.disclosesNothing(answer)).isTrue();
    assertThat(liveTokens()).isEqualTo(before ? live + 1 : live);
    assertThat(jetty.logLines()).noneMatch(line -> line.contains("event=ended"));
    Answer again = sent.to(tomcat.http());
    // Closing a closed token succeeds; only the token queries answer that it is closed.
    assertThat(again.status())
        .isIn(before || request != StoreRequest.REVOKE ? List.of(200, 204) : List.of(401));
    assertThat(liveTokens()).isEqualTo(live);
  }

  /** Case S11: the refresh has not reached the store when the other node closes. */
  @Test
  void s11_refreshAfterCloseFails() throws Exception {
    String old = client();
    PausedCall pausedCall = jetty.store.pauseBefore(Call.REPLACE, 1);
    Future<Answer> refresh = clients.submit(() -> refresh(jetty, old));
    pausedCall.awaitReached();
    assertThat(close(tomcat, old).status()).isEqualTo(200);
    pausedCall.release();
    assertThat(ExpectedAnswer.CLOSED.fits(refresh.get())).isTrue();
    assertDead(old, ExpectedAnswer.CLOSED);
  }

  /** Case S11: a revocation of a refreshed token leaves no live successor. */
  @Test
  void s11_revocationAfterRefreshRevokesTheSuccessor() throws Exception {
    String old = client();
    PausedCall pausedCall = jetty.store.pauseAfter(Call.REPLACE, 1);
    Future<Answer> refresh = clients.submit(() -> refresh(jetty, old));
    pausedCall.awaitReached();
    assertThat(close(tomcat, old).status()).isEqualTo(200);
    pausedCall.release();
    String successor = jetty.secret(LoginRoute.CLIENT_JSON.tokenOf(refresh.get()));
    assertDead(old, ExpectedAnswer.REPLACED);
    assertDead(successor, ExpectedAnswer.CLOSED);
  }

  /** Case S11: a logout leaves no live successor either. */
  @Test
  void s11_logoutAfterRefreshRevokesTheSuccessor() throws Exception {
    String old = client();
    String successor = jetty.secret(LoginRoute.CLIENT_JSON.tokenOf(refresh(jetty, old)));
    Answer left =
        tomcat.http().send("POST", "/security/rest/token/logout", StoreRequest.bearer(old));
    assertThat(left.status()).isEqualTo(204);
    assertDead(old, ExpectedAnswer.REPLACED);
    assertDead(successor, ExpectedAnswer.CLOSED);
  }

  /** Case S11: a close by handle also revokes a successor that was stored meanwhile. */
  @Test
  void s11_closeByHandleAfterRefreshRevokesTheSuccessor() throws Exception {
    String old = client();
    TokenId tokenId = jetty.security.service().introspect(old).orElseThrow().record().id();
    PausedCall pausedCall = jetty.store.pauseAfter(Call.REPLACE, 1);
    Future<Answer> refresh = clients.submit(() -> refresh(jetty, old));
    pausedCall.awaitReached();
    Answer closed =
        tomcat.http().send("DELETE", "/sessions/" + tokenId, StoreRequest.bearer(user()));
    assertThat(closed.status()).isEqualTo(204);
    pausedCall.release();
    String successor = jetty.secret(LoginRoute.CLIENT_JSON.tokenOf(refresh.get()));
    assertDead(old, ExpectedAnswer.REPLACED);
    assertDead(successor, ExpectedAnswer.CLOSED);
  }

  /** Case S12: a renewal of a token that was closed meanwhile revives nothing. */
  @Test
  void s12_renewalAfterCloseRevivesNothing() throws Exception {
    String user = user();
    PausedCall pausedCall = jetty.store.pauseBefore(Call.RENEW, 1);
    Future<Answer> kept =
        clients.submit(
            () ->
                jetty
                    .http()
                    .send(
                        "POST",
                        FamilyServlets.GATEWAY + "/orders/keepAlive",
                        StoreRequest.bearer(user)));
    pausedCall.awaitReached();
    assertThat(close(tomcat, user).status()).isEqualTo(200);
    pausedCall.release();
    assertThat(ExpectedAnswer.CLOSED.fits(kept.get())).isTrue();
    assertDead(user, ExpectedAnswer.CLOSED);
  }

  @Test
  void s12_closeDuringRequestRevivesNothing() throws Exception {
    Session session = jetty.session(Accounts.ALICE, 0);
    tomcat.secret(session.token());
    String[] headers = {StoreRequest.bearer(session.token()), "Cookie: SESSION=" + session.id()};
    jetty.clock.move(Duration.ofMinutes(20));
    PausedCall pausedCall = jetty.store.pauseBefore(Call.RENEW, 1);
    Future<Answer> request = clients.submit(() -> jetty.http().get("/secure/x", headers));
    pausedCall.awaitReached();
    assertThat(tomcat.http().send("POST", "/security/rest/token/logout", headers).status())
        .isEqualTo(204);
    pausedCall.release();
    assertThat(request.get().status()).isEqualTo(200);
    for (AttackedApp node : List.of(jetty, tomcat)) {
      node.check(
          AttackCase.of("S12", ExpectedAnswer.CLOSED, it -> it.http().get("/secure/x", headers)));
    }
  }

  /** Case S13: neither node deletes a token that is renewed during a sweep. */
  @Test
  void s13_sweepDuringRenewalDeletesNoLiveToken() throws Exception {
    Session session = jetty.session(Accounts.ALICE, 0);
    String[] headers = {StoreRequest.bearer(session.token()), "Cookie: SESSION=" + session.id()};
    jetty.clock.move(Duration.ofMinutes(29));
    PausedCall pausedCall = jetty.store.pauseBefore(Call.RENEW, 1);
    Future<Answer> request = clients.submit(() -> jetty.http().get("/secure/x", headers));
    pausedCall.awaitReached();
    var now = jetty.clock.instant();
    tomcat.store.sweep(0, now, now.minus(Duration.ofHours(1)), 1000);
    pausedCall.release();
    assertThat(request.get().status()).isEqualTo(200);
    jetty.clock.move(Duration.ofMinutes(2));
    now = jetty.clock.instant();
    jetty.store.sweep(0, now, now.minus(Duration.ofHours(1)), 1000);
    tomcat.store.sweep(0, now, now.minus(Duration.ofHours(1)), 1000);
    for (AttackedApp node : List.of(jetty, tomcat)) {
      node.check(
          AttackCase.of("S13", ExpectedAnswer.OK, it -> it.http().get("/secure/x", headers)));
    }
  }

  /** Cases S03 and S30: the store of one node hangs and ignores interrupts. */
  @Test
  void s03_s30_hungStoreBlocksOnlyItsPermits() throws Exception {
    String open = jetty.open(Accounts.ALICE, 600);
    CountDownLatch letGo = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    for (int i = 1; i <= PERMITS; i++) {
      jetty.store.before(
          Call.FIND,
          i,
          () -> {
            inside.incrementAndGet();
            awaitUninterruptibly(letGo);
          });
    }
    List<Future<Answer>> hung = new ArrayList<>();
    for (int i = 0; i < PERMITS; i++) {
      String each = jetty.open(Accounts.ALICE, 600);
      hung.add(clients.submit(() -> jetty.http().get("/secure/x", StoreRequest.bearer(each))));
    }
    await().untilAsserted(() -> assertThat(inside).hasValue(PERMITS));
    for (StoreRequest request :
        List.of(StoreRequest.LOGIN_CLIENT, StoreRequest.LOGIN_SESSION, StoreRequest.LOGIN_QUERY)) {
      Sent sent = request.prepare(new TokenHolder(jetty));
      jetty.check("S03 " + request, it -> sent.to(it.http()), request::isUnavailable);
    }
    jetty.check(
        AttackCase.of(
            "S03 a token",
            ExpectedAnswer.UNAVAILABLE,
            it -> it.http().get("/secure/x", StoreRequest.bearer(open))));
    jetty.check(
        AttackCase.of(
            "S03 in public",
            ExpectedAnswer.PUBLIC,
            it -> it.http().get("/public/x", StoreRequest.bearer(open))));
    tomcat.check(
        AttackCase.of(
            "S03 on the other node",
            ExpectedAnswer.OK,
            it -> it.http().get("/secure/x", StoreRequest.bearer(open))));
    assertThat(inside).hasValue(PERMITS);
    assertThat(hung).noneMatch(Future::isDone);
    letGo.countDown();
    for (Future<Answer> late : hung) {
      assertThat(late.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
    }
    jetty.check(
        AttackCase.of(
            "then",
            ExpectedAnswer.OK,
            it -> it.http().get("/secure/x", StoreRequest.bearer(open))));
  }

  private void assertDead(String token, ExpectedAnswer verdict) throws IOException {
    for (AttackedApp node : List.of(jetty, tomcat)) {
      node.secret(token);
      node.check(
          AttackCase.of(
              verdict + " on each node",
              verdict,
              it -> it.http().get("/secure/x", StoreRequest.bearer(token))));
    }
  }

  private String client() throws IOException {
    return new TokenHolder(jetty).client();
  }

  private String user() throws IOException {
    return new TokenHolder(jetty).user();
  }

  private static Answer refresh(AttackedApp app, String token) throws IOException {
    return app.http().send("POST", "/routelink/v1/refreshToken", StoreRequest.bearer(token));
  }

  private static Answer close(AttackedApp app, String token) throws IOException {
    String body = "token=" + token;
    return app.http()
        .raw(
            "POST /oauth/revoke HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body);
  }

  private int liveTokens() {
    return memory.list("alice", jetty.clock.instant(), null, 1000).size();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
