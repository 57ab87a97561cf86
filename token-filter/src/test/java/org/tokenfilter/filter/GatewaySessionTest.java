package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.tokenfilter.filter.GatewayFixture.ALICE;
import static org.tokenfilter.filter.GatewayFixture.CLIENT;
import static org.tokenfilter.filter.GatewayFixture.IDLE;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.FIND;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.INSERT;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.RENEW;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.REVOKE;

import ch.qos.logback.classic.Level;
import jakarta.servlet.AsyncContext;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.SessionId;

/** Requests of a user token to the service gateway and the sessions they belong to. */
final class GatewaySessionTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final String INVALID_TOKEN = "Bearer realm=\"ROOT\", error=\"invalid_token\"";

  @TempDir private Path folder;
  private GatewayFixture gateway;
  private IssuedToken user;

  @BeforeEach
  void issueUserTokenAMinuteAgo() throws Exception {
    gateway = new GatewayFixture(folder);
    user = gateway.issueUserToken();
    gateway.clock.move(MINUTE);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/gate/who", "/gate/who?close=true", "/gate/who?page=2"})
  void sessionOfOneRequestIsNotStored(String path) throws Exception {
    int inserts = gateway.store.callCount(INSERT);

    HttpResponse<String> answer = gateway.get(path, user);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("alice in null");
    assertThat(answer.headers().firstValue("session")).isEmpty();
    assertThat(answer.headers().firstValue("Cache-Control")).isEmpty();
    assertThat(gateway.store.callCount(INSERT)).isEqualTo(inserts);
    assertThat(gateway.store.callCount(REVOKE)).isZero();
    assertThat(gateway.stored(user.record().id()).lastUsedAt()).isEqualTo(gateway.clock.instant());
  }

  @Test
  void acceptsTokenInUserTokenHeader() throws Exception {
    assertThat(gateway.app.get("/gate/who", "userToken", user.value()).body())
        .isEqualTo("alice in null");
    assertThat(gateway.get("/gate/who", user, "userToken", user.value()).statusCode())
        .isEqualTo(200);
  }

  @Test
  void twoTokensThatDifferAreABadRequest() throws Exception {
    IssuedToken other = gateway.issueUserToken();

    HttpResponse<String> answer = gateway.get("/gate/who", user, "userToken", other.value());

    assertRefused(answer, 400, "Bearer realm=\"ROOT\", error=\"invalid_request\"");
  }

  @Test
  void closeFalseOpensASessionAndNamesIt() throws Exception {
    HttpResponse<String> answer = gateway.get("/gate/who?close=false", user);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
    assertThat(answer.headers().allValues("session")).hasSize(1);
    SessionId id = SessionId.parse(answer.headers().firstValue("session").orElseThrow());
    assertThat(gateway.seen().sessionTokenId()).isEqualTo(id.tokenId());
    assertThat(gateway.isLive(id.tokenId())).isTrue();
    assertThat(gateway.stored(id.tokenId()).parent()).isEqualTo(user.record().id());
    assertThat(answer.headers().allValues("Token-Remaining"))
        .containsExactly(Long.toString(IDLE.toMillis()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"200", "302", "399", "async 200", "async 302"})
  void successfulRequestKeepsTheSessionItOpens(String what) throws Exception {
    gateway.sendAction(what, "/gate/do?close=false", user, null);

    TokenId session = Objects.requireNonNull(gateway.seen().sessionTokenId());
    await().until(() -> gateway.store.callCount(RENEW) == 1);
    assertThat(gateway.isLive(session)).isTrue();
    assertThat(gateway.store.callCount(REVOKE)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "400",
        "404",
        "500",
        "send 500",
        "send 418",
        "throw",
        "flush, throw",
        "async 400",
        "async 503",
        "async throw",
        "async flush, throw",
        "async timeout",
      })
  void failedRequestRevokesTheSessionItOpened(String what) throws Exception {
    gateway.sendAction(what, "/gate/do?close=false", user, null);

    TokenId session = Objects.requireNonNull(gateway.seen().sessionTokenId());
    awaitClosed(session);
    assertThat(gateway.store.callCount(REVOKE)).isOne();
    assertThat(gateway.store.callCount(RENEW)).isZero();
    assertThat(gateway.isLive(user.record().id())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"500", "throw", "async 503"})
  void failedRequestKeepsTheSessionItContinues(String what) throws Exception {
    SessionId session = gateway.openSession(user);
    for (String path : new String[] {"/gate/do", "/gate/do?close=false"}) {
      gateway.sendAction(what, path, user, session);
    }

    // After this request both earlier ones are complete.
    gateway.get("/gate/who", user, "session", session.value());
    assertThat(gateway.isLive(session.tokenId())).isTrue();
    assertThat(gateway.store.callCount(REVOKE)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/gate/who", "/gate/who?close=false"})
  void sessionHeaderContinuesSessionAndRenewsBoth(String path) throws Exception {
    SessionId session = gateway.openSession(user);
    int inserts = gateway.store.callCount(INSERT);
    gateway.clock.move(MINUTE);

    HttpResponse<String> answer = gateway.get(path, user, "session", session.value());

    assertThat(answer.body()).isEqualTo("alice in " + session.tokenId());
    assertThat(answer.headers().firstValue("session")).isEmpty();
    assertThat(gateway.seen().tokenId()).isEqualTo(user.record().id());
    assertThat(gateway.stored(session.tokenId()).idleExpiresAt())
        .isEqualTo(gateway.clock.instant().plus(IDLE))
        .isEqualTo(gateway.stored(user.record().id()).idleExpiresAt());
    assertThat(gateway.store.callCount(INSERT)).isEqualTo(inserts);
    assertThat(gateway.store.callCount(REVOKE)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "200",
        "500",
        "send 418",
        "throw",
        "flush, throw",
        "async 200",
        "async 503",
        "async throw",
        "async flush, throw",
        "async timeout",
        "async flush, timeout",
      })
  void closeTrueClosesSessionForEveryOutcome(String what) throws Exception {
    SessionId session = gateway.openSession(user);

    gateway.sendAction(what, "/gate/do?close=true", user, session);

    assertThat(gateway.seen().sessionTokenId()).isEqualTo(session.tokenId());
    awaitClosed(session.tokenId());
    assertThat(gateway.store.callCount(REVOKE)).isOne();
    assertThat(gateway.isLive(user.record().id())).isTrue();
  }

  @Test
  void sessionStaysOpenDuringAsynchronousRequest() throws Exception {
    SessionId session = gateway.openSession(user);
    ExecutorService clients = Executors.newSingleThreadExecutor();
    try {
      Future<HttpResponse<String>> answer =
          clients.submit(
              () -> gateway.get("/gate/wait?close=true", user, "session", session.value()));
      AsyncContext async = gateway.waiting();
      assertThat(gateway.isLive(session.tokenId())).isTrue();
      assertThat(gateway.store.callCount(REVOKE)).isZero();

      async.complete();

      assertThat(answer.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      awaitClosed(session.tokenId());
    } finally {
      clients.shutdownNow();
    }
  }

  /** The request counts as a use of the user token, which stays live. */
  @Test
  void closingRequestRenewsUserToken() throws Exception {
    SessionId session = gateway.openSession(user);
    gateway.clock.move(MINUTE);

    gateway.get("/gate/who?close=true", user, "session", session.value());

    assertThat(gateway.stored(user.record().id()).idleExpiresAt())
        .isEqualTo(gateway.clock.instant().plus(IDLE));
    assertThat(gateway.isLive(session.tokenId())).isFalse();
  }

  @Test
  void refusesSessionsOfOtherTokensAlike() throws Exception {
    IssuedToken other = gateway.issueUserToken();
    SessionId othersOpen = gateway.openSession(other);
    SessionId othersClosed = gateway.openSession(other);
    gateway.security.service().revoke(othersClosed.tokenId());
    Session tokens = gateway.app.session("alice:wonderland", 5);
    gateway.reset();
    String body = null;
    for (String id :
        new String[] {
          othersOpen.value(), othersClosed.value(), tokens.id(), "A".repeat(43), "x", "a, b"
        }) {
      HttpResponse<String> answer = gateway.get("/gate/who", user, "session", id);

      assertRefused(answer, 401, INVALID_TOKEN);
      assertThat(answer.body()).isEqualTo(body == null ? answer.body() : body);
      body = answer.body();
    }
    assertThat(body).doesNotContain("reason");
    assertThat(gateway.isLive(othersOpen.tokenId())).isTrue();
  }

  @Test
  void refusesClosedSessionWithReason() throws Exception {
    SessionId session = gateway.openSession(user);
    gateway.get("/gate/who?close=true", user, "session", session.value());
    gateway.reset();

    HttpResponse<String> answer = gateway.get("/gate/who", user, "session", session.value());

    assertRefused(answer, 401, INVALID_TOKEN + ", error_description=\"closed\"");
    assertThat(answer.body()).contains("\"reason\":\"closed\"");
    assertThat(gateway.get("/gate/who", user).statusCode()).isEqualTo(200);
  }

  @Test
  void refusesExpiredSessionWithReason() throws Exception {
    SessionId session = gateway.openSession(user);
    gateway.clock.move(IDLE.minus(MINUTE));
    gateway.get("/gate/who", user);
    gateway.clock.move(MINUTE);
    gateway.reset();

    HttpResponse<String> answer = gateway.get("/gate/who", user, "session", session.value());

    assertRefused(answer, 401, INVALID_TOKEN + ", error_description=\"expired\"");
    assertThat(answer.body()).contains("\"reason\":\"expired\"");
  }

  @Test
  void userTokenLivesAsLongAsItsSession() throws Exception {
    SessionId session = gateway.openSession(user);
    for (int i = 0; i < 4; i++) {
      gateway.clock.move(IDLE.minusMillis(1));
      assertThat(gateway.get("/gate/who", user, "session", session.value()).statusCode())
          .isEqualTo(200);
    }
    assertThat(gateway.get("/gate/ping", user).statusCode()).isEqualTo(200);

    gateway.clock.move(IDLE);

    assertThat(gateway.get("/gate/who", user).body()).contains("\"reason\":\"expired\"");
    assertThat(gateway.get("/gate/who", user, "session", session.value()).body())
        .contains("\"reason\":\"expired\"");
  }

  @Test
  void revokingUserTokenRevokesItsSession() throws Exception {
    SessionId session = gateway.openSession(user);

    gateway.security.service().revoke(user.record().id());

    assertThat(gateway.get("/gate/who", user, "session", session.value()).body())
        .contains("\"reason\":\"closed\"");
    assertThat(gateway.liveTokens()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "close=",
        "close",
        "close=yes",
        "close=TRUE",
        "close=%74rue",
        "close=true%20",
        "close=true&close=true",
        "close=true&close=false",
      })
  void closeMustBeTrueOrFalse(String query) throws Exception {
    SessionId session = gateway.openSession(user);
    int inserts = gateway.store.callCount(INSERT);

    assertRefused(
        gateway.get("/gate/who?" + query, user),
        400,
        "Bearer realm=\"ROOT\", error=\"invalid_request\"");
    assertRefused(
        gateway.get("/gate/who?" + query, user, "session", session.value()),
        400,
        "Bearer realm=\"ROOT\", error=\"invalid_request\"");
    assertThat(gateway.store.callCount(INSERT)).isEqualTo(inserts);
    assertThat(gateway.store.callCount(REVOKE)).isZero();
  }

  @Test
  void differingSessionsAreABadRequest() throws Exception {
    SessionId one = gateway.openSession(user);
    SessionId other = gateway.openSession(user);

    assertRefused(
        gateway.get("/gate/who", user, "session", one.value(), "session", other.value()),
        400,
        "Bearer realm=\"ROOT\", error=\"invalid_request\"");
    assertThat(
            gateway
                .get("/gate/who", user, "session", one.value(), "session", one.value())
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void ignoresSessionCookie() throws Exception {
    SessionId one = gateway.openSession(user);
    SessionId other = gateway.openSession(user);

    assertThat(gateway.get("/gate/who", user, "Cookie", "SESSION=" + one.value()).body())
        .isEqualTo("alice in null");
    assertThat(
            gateway
                .get(
                    "/gate/who", user, "session", one.value(), "Cookie", "SESSION=" + other.value())
                .body())
        .isEqualTo("alice in " + one.tokenId());
  }

  @Test
  void ignoresGatewayParametersOnOtherPaths() throws Exception {
    SessionId session = gateway.openSession(user);
    int inserts = gateway.store.callCount(INSERT);

    assertRefused(
        gateway.app.get("/api/who", "userToken", user.value()), 401, "Bearer realm=\"ROOT\"");
    for (String query : new String[] {"", "?close=false", "?close=true", "?close=yes"}) {
      assertThat(gateway.get("/api/who" + query, user).body()).isEqualTo("alice in null");
      assertThat(gateway.get("/api/who" + query, user, "session", session.value()).body())
          .isEqualTo("alice in null");
    }
    assertThat(gateway.get("/api/who", user, "session", "x", "session", "y").statusCode())
        .isEqualTo(200);
    assertThat(gateway.get("/api/who", user, "userToken", "x").statusCode()).isEqualTo(200);
    assertThat(gateway.store.callCount(INSERT)).isEqualTo(inserts);
    assertThat(gateway.store.callCount(REVOKE)).isZero();
    assertThat(gateway.isLive(session.tokenId())).isTrue();
  }

  @Test
  void onlyUserTokensHaveGatewaySessions() throws Exception {
    IssuedToken open = gateway.security.service().issueOpen(ALICE, MINUTE, CLIENT);
    Session session = gateway.app.session("alice:wonderland", 5);
    int inserts = gateway.store.callCount(INSERT);

    for (String query : new String[] {"", "?close=false", "?close=true", "?close=yes"}) {
      HttpResponse<String> answer = gateway.get("/gate/who" + query, open, "session", "x");
      assertThat(answer.body()).isEqualTo("alice in null");
      assertThat(answer.headers().firstValue("session")).isEmpty();
      assertThat(
              gateway
                  .app
                  .get("/gate/who" + query, "userToken", session.token(), "session", session.id())
                  .body())
          .isEqualTo("alice in null");
    }
    assertThat(gateway.store.callCount(INSERT)).isEqualTo(inserts);
    assertThat(gateway.store.callCount(REVOKE)).isZero();
  }

  @Test
  void forwardToGatewayOpensOneSession() throws Exception {
    HttpResponse<String> answer = gateway.get("/public/forward?close=false", user);

    TokenId session = Objects.requireNonNull(gateway.seen().sessionTokenId());
    assertThat(answer.headers().firstValue("session").map(SessionId::parse).map(SessionId::tokenId))
        .hasValue(session);
    assertThat(gateway.store.callCount(INSERT)).isEqualTo(2);
    assertThat(gateway.store.callCount(RENEW)).isOne();
    assertThat(gateway.isLive(session)).isTrue();
  }

  @Test
  void failedForwardToGatewayRevokesSession() throws Exception {
    gateway.sendAction("throw", "/public/forward-do?close=false", user, null);

    awaitClosed(Objects.requireNonNull(gateway.seen().sessionTokenId()));
    assertThat(gateway.store.callCount(REVOKE)).isOne();
  }

  @Test
  void furtherDispatchesFollowTheFirstDecision() throws Exception {
    SessionId session = gateway.openSession(user);
    int inserts = gateway.store.callCount(INSERT);
    int renewals = gateway.store.callCount(RENEW);
    for (String path : new String[] {"/gate/forward", "/gate/include"}) {
      assertThat(gateway.get(path, user, "session", session.value()).body())
          .contains("alice in " + session.tokenId());
    }
    assertThat(gateway.store.callCount(RENEW)).isEqualTo(renewals + 2);

    for (String path : new String[] {"/gate/forward?close=false", "/gate/include?close=false"}) {
      SessionId opened =
          SessionId.parse(gateway.get(path, user).headers().firstValue("session").orElseThrow());
      assertThat(gateway.isLive(opened.tokenId())).isTrue();
    }
    assertThat(gateway.store.callCount(INSERT)).isEqualTo(inserts + 2);

    gateway.get("/gate/include?close=true", user, "session", session.value());
    assertThat(gateway.store.callCount(REVOKE)).isOne();
    assertThat(gateway.isLive(session.tokenId())).isFalse();
  }

  @Test
  void forwardFromOtherPathOpensNoSession() throws Exception {
    int inserts = gateway.store.callCount(INSERT);

    assertThat(gateway.get("/api/forward?close=false", user).body()).isEqualTo("alice in null");

    assertThat(gateway.store.callCount(INSERT)).isEqualTo(inserts);
  }

  @Test
  void includeContinuesSessionAndClosesIt() throws Exception {
    SessionId session = gateway.openSession(user);

    assertThat(gateway.get("/public/include", user, "session", session.value()).body())
        .isEqualTo("[alice in " + session.tokenId() + "]");
    assertThat(gateway.get("/public/include?close=true", user, "session", session.value()).body())
        .isEqualTo("[alice in " + session.tokenId() + "]");

    assertThat(gateway.isLive(session.tokenId())).isFalse();
    assertThat(gateway.store.callCount(REVOKE)).isOne();
  }

  /** No client could continue the session, because an include cannot set response headers. */
  @Test
  void includeOpensNoSession() throws Exception {
    HttpResponse<String> answer = gateway.get("/public/include?close=false", user);

    assertThat(answer.body()).isEqualTo("[alice in null]");
    assertThat(answer.headers().firstValue("session")).isEmpty();
    assertThat(gateway.liveTokens()).hasSize(1);
  }

  @Test
  void errorPageSeesSessionOfFailedRequest() throws Exception {
    HttpResponse<String> answer = gateway.get("/gate/do?close=false", user, "X-Do", "send 418");

    TokenId session = Objects.requireNonNull(gateway.seen().sessionTokenId());
    assertThat(answer.statusCode()).isEqualTo(418);
    assertThat(answer.body()).isEqualTo("alice in " + session);
    assertThat(gateway.store.callCount(INSERT)).isEqualTo(2);
    awaitClosed(session);
    assertThat(gateway.store.callCount(REVOKE)).isOne();
  }

  @Test
  void passiveRequestReportsRemainingWithoutRenewal() throws Exception {
    SessionId session = gateway.openSession(user);
    int renewals = gateway.store.callCount(RENEW);
    gateway.clock.move(MINUTE.multipliedBy(3));
    String rest = Long.toString(IDLE.minusMinutes(3).toMillis());

    for (String path : new String[] {"/gate/ping", "/api/ping"}) {
      assertThat(remaining(gateway.get(path, user))).isEqualTo(rest);
    }
    for (String path : new String[] {"/gate/who", "/api/who"}) {
      assertThat(remaining(gateway.get(path, user, "Token-Passive", "true"))).isEqualTo(rest);
    }
    assertThat(remaining(gateway.get("/gate/ping", user, "session", session.value())))
        .isEqualTo(rest);
    assertThat(gateway.store.callCount(RENEW)).isEqualTo(renewals);

    assertThat(remaining(gateway.get("/gate/who", user, "session", session.value())))
        .isEqualTo(Long.toString(IDLE.toMillis()));
    assertThat(gateway.store.callCount(RENEW)).isEqualTo(renewals + 1);
  }

  @Test
  void gatewayPathsWorkWithoutOtherPaths() throws Exception {
    try (GatewayFixture alone =
        new GatewayFixture(folder, "token.paths.public", "", "token.paths.passive", "")) {
      IssuedToken token = alone.issueUserToken();

      HttpResponse<String> answer = alone.get("/gate/who?close=false", token);

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("session")).isPresent();
    }
  }

  @Test
  void passivePathsWorkWithoutOtherPaths() throws Exception {
    try (GatewayFixture alone =
        new GatewayFixture(folder, "token.paths.public", "", "token.gateway.paths", "")) {
      IssuedToken token = alone.issueUserToken();
      alone.clock.move(MINUTE);

      assertThat(remaining(alone.get("/api/ping", token)))
          .isEqualTo(Long.toString(IDLE.minus(MINUTE).toMillis()));
      assertThat(remaining(alone.get("/api/who", token))).isEqualTo(Long.toString(IDLE.toMillis()));
    }
  }

  @Test
  void passiveRequestClosesSession() throws Exception {
    SessionId session = gateway.openSession(user);

    gateway.get("/gate/ping?close=true", user, "session", session.value());

    assertThat(gateway.isLive(session.tokenId())).isFalse();
  }

  @Test
  void sessionOverTheLimitIsAConflict() throws Exception {
    try (GatewayFixture limited = new GatewayFixture(folder, "token.sessions.limit", "2")) {
      IssuedToken token = limited.issueUserToken();
      SessionId first = limited.openSession(token);
      limited.app.session("alice:wonderland", 5);
      limited.reset();

      HttpResponse<String> answer = limited.get("/gate/who?close=false", token);

      assertThat(answer.statusCode()).isEqualTo(409);
      assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
      assertThat(answer.headers().firstValue("session")).isEmpty();
      assertThat(answer.body())
          .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409}");
      assertThat(limited.served).hasValue(0);
      assertThat(limited.get("/gate/who", token).statusCode()).isEqualTo(200);
      limited.get("/gate/who?close=true", token, "session", first.value());
      assertThat(limited.get("/gate/who?close=false", token).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void sessionOverTheLimitCanEvictTheOldest() throws Exception {
    try (GatewayFixture limited =
        new GatewayFixture(
            folder, "token.sessions.limit", "1", "token.sessions.policy", "evict-oldest")) {
      IssuedToken token = limited.issueUserToken();
      SessionId first = limited.openSession(token);
      limited.clock.move(MINUTE);
      SessionId second = limited.openSession(token);

      assertThat(limited.get("/gate/who", token, "session", first.value()).body())
          .contains("\"reason\":\"evicted\"");
      assertThat(limited.get("/gate/who", token, "session", second.value()).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void storeFailureAtOpeningIsAnsweredWith503() throws Exception {
    gateway.store.failBefore(INSERT, 1);
    assertOutage(gateway.get("/gate/who?close=false", user));
    assertThat(gateway.liveTokens()).hasSize(1);

    gateway.store.failAfter(INSERT, 1);
    assertOutage(gateway.get("/gate/who?close=false", user));

    assertThat(gateway.get("/gate/who?close=false", user).statusCode()).isEqualTo(200);
  }

  @Test
  void storeFailureAtLookupIsAnsweredWith503() throws Exception {
    SessionId session = gateway.openSession(user);
    // The first call is for the user token.
    gateway.store.failBefore(FIND, 2);

    assertOutage(gateway.get("/gate/who", user, "session", session.value()));
  }

  @Test
  void failedCloseIsAnsweredWith503() throws Exception {
    SessionId session = gateway.openSession(user);
    gateway.store.failBefore(REVOKE, 1);
    try (LogLines logged = LogLines.warningsOf(RequestCompletion.class)) {
      HttpResponse<String> answer =
          gateway.get("/gate/who?close=true", user, "session", session.value());

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
      assertThat(answer.body())
          .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503}");
      assertThat(logged.messages())
          .singleElement()
          .asString()
          .startsWith("Sessions could not be closed with their requests, which are answered 503.");
    }
    assertThat(gateway.isLive(session.tokenId())).isTrue();
    assertThat(gateway.get("/gate/who?close=true", user, "session", session.value()).statusCode())
        .isEqualTo(200);
    assertThat(gateway.isLive(session.tokenId())).isFalse();
  }

  /** The sent response cannot be changed, so the close is retried and operators are notified. */
  @ParameterizedTest
  @ValueSource(strings = {"async 200", "flush, throw"})
  void retriesCloseAfterResponseWasSent(String what) throws Exception {
    SessionId session = gateway.openSession(user);
    gateway.store.failBefore(REVOKE, 1);
    try (LogLines log = new LogLines("org.tokenfilter.config.RevocationRetryQueue", Level.WARN)) {
      gateway.sendAction(what, "/gate/do?close=true", user, session);
      await().until(() -> !gateway.isLive(session.tokenId()));
      await().until(() -> log.lines().size() == 2);

      assertThat(log.lines().get(0))
          .startsWith("WARN Sessions could not be closed with their requests");
      assertThat(log.lines().get(1)).startsWith("WARN All sessions that were to be closed");
    }
  }

  @Test
  void failedRenewalDoesNotPreventClosing() throws Exception {
    SessionId session = gateway.openSession(user);
    gateway.store.failBefore(RENEW, 1);
    try (LogLines logged = LogLines.warningsOf(RequestCompletion.class)) {
      gateway.get("/gate/who?close=true", user, "session", session.value());

      assertThat(logged.messages())
          .singleElement()
          .asString()
          .startsWith("Uses of tokens could not be written");
    }
    assertThat(gateway.isLive(session.tokenId())).isFalse();
  }

  /** A GET that opens or closes a session changes state. */
  @Test
  void refusesCrossSiteOpenAndCloseWithCookie() throws Exception {
    SessionId session = gateway.openSession(user);
    String cookie = "token=" + user.value();
    int inserts = gateway.store.callCount(INSERT);
    for (String query : new String[] {"?close=false", "?close=true"}) {
      for (String site : new String[] {"cross-site", "same-site"}) {
        assertThat(
                gateway
                    .app
                    .get("/gate/who" + query, "Cookie", cookie, "Sec-Fetch-Site", site)
                    .statusCode())
            .isEqualTo(403);
      }
      assertThat(gateway.app.get("/gate/who" + query, "Cookie", cookie).statusCode())
          .isEqualTo(403);
    }
    assertThat(
            gateway
                .app
                .get(
                    "/gate/who?close=true",
                    "Cookie",
                    cookie,
                    "Sec-Fetch-Site",
                    "cross-site",
                    "session",
                    session.value())
                .statusCode())
        .isEqualTo(403);
    assertThat(gateway.served).hasValue(0);
    assertThat(gateway.store.callCount(INSERT)).isEqualTo(inserts);
    assertThat(gateway.isLive(session.tokenId())).isTrue();

    assertThat(gateway.app.get("/gate/who", "Cookie", cookie).statusCode()).isEqualTo(200);
    assertThat(
            gateway
                .app
                .get("/gate/who?close=false", "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
                .headers()
                .firstValue("session"))
        .isPresent();
  }

  private void awaitClosed(TokenId session) {
    await().until(() -> gateway.stored(session).revocation() != null);
    assertThat(gateway.stored(session).revocation())
        .isEqualTo(Revocation.of(RevocationReason.CLOSED, gateway.clock.instant()));
  }

  private static String remaining(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.headers().firstValue("Token-Remaining").orElseThrow();
  }

  private void assertRefused(HttpResponse<String> answer, int status, String challenge) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().allValues("WWW-Authenticate")).containsExactly(challenge);
    assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(answer.headers().firstValue("session")).isEmpty();
    assertThat(gateway.served).hasValue(0);
  }

  private void assertOutage(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(answer.headers().firstValue("session")).isEmpty();
    assertThat(gateway.served).hasValue(0);
  }
}
