package org.tokenfilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.atLeast;
import static org.mockito.Mockito.mockingDetails;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.verify;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.service.TokenListener;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.TokenRejectedException;

/** Listeners and requests: listeners get every event, and requests are unaffected by listeners. */
final class ListenersOverHttpTest {

  /** A bound that shows that closing ends; the tests of the event queue check the exact limit. */
  private static final Duration MAX_CLOSE_DURATION = Duration.ofSeconds(30);

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
  @TempDir private Path folder;

  @Test
  void notifiesListenersInOrder() throws Exception {
    RecordingListener heard = new RecordingListener();
    String id;
    try (TokenSecurity security = security(new InMemoryTokenStore(), heard);
        WebApp app = app(security)) {
      Session session = app.session(Accounts.ALICE, 5);
      id = id(session);
      app.get("/api/who", session.headers());
      app.send("POST", "/security/rest/token/logout", session.headers());
      app.get("/api/who", session.headers());
      app.get(
          "/security/rest/token/access/5", "Authorization", WebApp.basic("alice:wrong-password"));
    }
    // Closing has delivered all events.
    assertThat(heard.events)
        .containsExactly(
            "issued " + id,
            "renewed " + id,
            "ended " + id + " CLOSED",
            "refused CLOSED",
            "login failed alice WRONG_CREDENTIALS");
  }

  @Test
  void toleratesListenerThatThrows() throws Exception {
    for (Error thrown : List.of(new StackOverflowError(), new AssertionError("never"))) {
      RecordingListener heard = new RecordingListener();
      TokenListener throwing =
          new TokenListener() {
            @Override
            public void tokenIssued(TokenRecord record) {
              throw thrown;
            }

            @Override
            public void tokenRejected(TokenRejectedException refused, ClientAddress client) {
              throw thrown;
            }
          };
      try (TokenSecurity security = security(new InMemoryTokenStore(), throwing, heard);
          WebApp app = app(security)) {
        Session session = app.session(Accounts.ALICE, 5);
        assertThat(app.get("/api/who", session.headers()).statusCode()).isEqualTo(200);
        assertThat(app.get("/api/who", "Authorization", "Bearer x").statusCode()).isEqualTo(401);
      }
      assertThat(heard.events).hasSize(3).last().isEqualTo("refused INVALID");
    }
  }

  @Test
  void blockedListenerDelaysNeitherRequestsNorClose() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch letGo = new CountDownLatch(1);
    TokenListener blocking =
        new TokenListener() {
          @Override
          public void tokenIssued(TokenRecord record) {
            begun.countDown();
            // Ignores interrupts.
            while (letGo.getCount() > 0) {
              LockSupport.parkNanos(1_000_000);
            }
          }
        };
    TokenSecurity security = security(new InMemoryTokenStore(), blocking);
    try (WebApp app = app(security)) {
      Session session = app.session(Accounts.ALICE, 5);
      begun.await();
      for (int i = 0; i < 50; i++) {
        assertThat(app.get("/api/who", session.headers()).statusCode()).isEqualTo(200);
      }
      long start = System.nanoTime();
      security.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(MAX_CLOSE_DURATION);
    } finally {
      letGo.countDown();
    }
  }

  @Test
  void reportsEachSweptTokenOncePerNode() throws Exception {
    TokenStore store = spy(new InMemoryTokenStore(clock, Duration.ofHours(1)));
    RecordingListener here = new RecordingListener();
    RecordingListener there = new RecordingListener();
    int sessions = 60;
    try (TokenSecurity one = security(store, here);
        TokenSecurity other = security(store, there);
        WebApp app = app(one)) {
      assertThat(other.service()).isNotSameAs(one.service());
      for (int i = 0; i < sessions; i++) {
        app.session(Accounts.ALICE, 5);
      }
      clock.move(Duration.ofMinutes(6));
      await().until(() -> expiredOnEither(here, there).size() >= sessions);
      int sweeps = sweeps(store);
      await().until(() -> sweeps(store) >= sweeps + 4);
      verify(store, atLeast(4)).sweep(anyInt(), any(), any(), anyInt());
    }
    // A clock that jumps empties both caches: each node reports the tokens that it sweeps.
    assertThat(expiredOnEither(here, there)).hasSize(sessions);
    assertThat(expired(here)).doesNotHaveDuplicates();
    assertThat(expired(there)).doesNotHaveDuplicates();
    assertThat(there.events).hasSameSizeAs(expired(there));
  }

  private static Set<String> expiredOnEither(RecordingListener one, RecordingListener other) {
    Set<String> told = new HashSet<>(expired(one));
    told.addAll(expired(other));
    return told;
  }

  private static List<String> expired(RecordingListener heard) {
    return heard.events.stream().filter(event -> event.endsWith(" EXPIRED")).toList();
  }

  private static int sweeps(TokenStore store) {
    return (int)
        mockingDetails(store).getInvocations().stream()
            .filter(call -> call.getMethod().getName().equals("sweep"))
            .count();
  }

  private TokenSecurity security(TokenStore store, TokenListener... listeners) throws Exception {
    var builder =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .setting("token.sweep.interval", "PT1S")
            .setting("token.sweep.batch", "7")
            .clock(clock)
            .store(store);
    List.of(listeners).forEach(builder::listener);
    return builder.build();
  }

  private static WebApp app(TokenSecurity security) throws Exception {
    return new WebApp()
        .filter(new TokenFilter(security), Map.of())
        .servlet("/security/rest/*", new AccessTokenServlet())
        .servlet("/api/who", (request, response) -> response.getWriter().print("served"))
        .start();
  }

  private static String id(Session session) {
    return SessionId.parse(session.id()).tokenId().toString();
  }

  private static final class RecordingListener implements TokenListener {

    private final List<String> events = new CopyOnWriteArrayList<>();

    @Override
    public void tokenIssued(TokenRecord record) {
      events.add("issued " + record.id());
    }

    @Override
    public void tokenRenewed(TokenRecord record) {
      events.add("renewed " + record.id());
    }

    @Override
    public void tokenRevoked(TokenId id, RevocationReason reason) {
      events.add("ended " + id + " " + reason);
    }

    @Override
    public void tokenRejected(TokenRejectedException refused, ClientAddress client) {
      events.add("refused " + refused.rejection());
    }

    @Override
    public void loginFailed(String username, Rejection rejection, ClientAddress client) {
      events.add("login failed " + username + " " + rejection);
    }
  }
}
