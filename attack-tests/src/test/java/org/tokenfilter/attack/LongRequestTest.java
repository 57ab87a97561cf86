package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.SessionId;

/** Requests over HTTP that run longer than the idle timeout, by a clock that the test sets. */
class LongRequestTest {

  private static final Duration IDLE = Duration.ofMinutes(30);
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  /** New threads, because the common pool has only one on two processors (from Java 25 on). */
  private static final Executor THREADS = task -> new Thread(task).start();

  @TempDir private Path folder;
  private final Semaphore started = new Semaphore(0);
  private final CountDownLatch mayContinue = new CountDownLatch(1);
  private AttackedApp app;

  @BeforeEach
  void start() throws Exception {
    app =
        AttackedApp.plan(folder)
            .register(
                registrations -> {
                  AllFamiliesApp.register(registrations);
                  registrations.servlet("long", this::answer, "/long/*");
                })
            .start();
  }

  @AfterEach
  void stop() {
    mayContinue.countDown();
    app.close();
  }

  /** Simulates a slow upload, in its thread or asynchronously. */
  private void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
    started.release();
    if ("/async".equals(request.getPathInfo())) {
      AsyncContext async = request.startAsync();
      async.setTimeout(0);
      async.start(
          () -> {
            awaitMayContinue();
            ((HttpServletResponse) async.getResponse()).setStatus(204);
            async.complete();
          });
    } else {
      awaitMayContinue();
      response.setStatus("/fails".equals(request.getPathInfo()) ? 500 : 204);
    }
  }

  private void awaitMayContinue() {
    try {
      assertThat(mayContinue.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/long/sync", "/long/async"})
  void uploadKeepsItsTokenAlive(String path) throws Exception {
    Session session = app.session(Accounts.ALICE, 0);
    CompletableFuture<Integer> upload = startRequest("POST", path, session);

    for (int i = 0; i < 3; i++) {
      app.clock.move(IDLE.minusSeconds(30));
      awaitRenewed(session);
    }
    app.clock.move(Duration.ofMinutes(10));
    mayContinue.countDown();

    assertThat(upload.get(1, TimeUnit.MINUTES)).isEqualTo(204);
    await().atMost(TIMEOUT).until(() -> stored(session).lastUsedAt().equals(app.clock.instant()));
    app.clock.move(IDLE.minusMillis(1));
    assertThat(app.http().get(AllFamiliesApp.PAGE, headers(session)).status()).isEqualTo(200);
  }

  @Test
  void failedUploadKeepsTokenAliveOnlyWhileRunning() throws Exception {
    Session session = app.session(Accounts.ALICE, 0);
    CompletableFuture<Integer> upload = startRequest("PUT", "/long/fails", session);
    app.clock.move(IDLE.minusSeconds(30));
    awaitRenewed(session);
    mayContinue.countDown();
    assertThat(upload.get(1, TimeUnit.MINUTES)).isEqualTo(500);

    app.clock.move(IDLE);

    app.check(
        AttackCase.of(
            "long request that has failed",
            ExpectedAnswer.EXPIRED,
            it -> it.http().get(AllFamiliesApp.PAGE, headers(session))));
  }

  /** A stream that a page has opened continues even after the user has left. */
  @Test
  void downloadKeepsNoTokenAlive() throws Exception {
    Session reader = app.session(Accounts.ALICE, 0);
    Session writer = app.session(Accounts.BOB, 0);
    TokenRecord before = stored(reader);
    CompletableFuture<Integer> stream = startRequest("GET", "/long/async", reader);
    CompletableFuture<Integer> upload = startRequest("POST", "/long/async", writer);

    app.clock.move(IDLE.minusSeconds(30));
    awaitRenewed(writer);

    assertThat(stored(reader)).isEqualTo(before);
    mayContinue.countDown();
    assertThat(List.of(stream.get(1, TimeUnit.MINUTES), upload.get(1, TimeUnit.MINUTES)))
        .containsOnly(204);
  }

  private CompletableFuture<Integer> startRequest(String method, String path, Session session)
      throws InterruptedException {
    CompletableFuture<Integer> status =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return app.http().send(method, path, headers(session)).status();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            THREADS);
    assertThat(started.tryAcquire(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return status;
  }

  private void awaitRenewed(Session session) {
    Instant kept = app.clock.instant().plus(IDLE);
    await().atMost(TIMEOUT).until(() -> kept.equals(stored(session).idleExpiresAt()));
  }

  private TokenRecord stored(Session session) {
    return app.store.find(SessionId.parse(session.id()).tokenId()).orElseThrow();
  }

  private static String[] headers(Session session) {
    return new String[] {TokenRoute.bearer(session.token()), "Cookie: SESSION=" + session.id()};
  }
}
