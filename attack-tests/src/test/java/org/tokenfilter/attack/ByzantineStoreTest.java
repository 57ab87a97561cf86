package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.ByzantineStore;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp.Session;

/** Cases S04 to S06: a store with impossible answers, or with answers that change afterwards. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ByzantineStoreTest {

  private static final Instant NEGATIVE_TIME = Instant.parse("-0044-03-15T12:00:00Z");
  private static final TokenId OTHER = TokenId.of(new byte[TokenId.LENGTH]);

  private final ByzantineStore store = new ByzantineStore(new InMemoryTokenStore());
  private AttackedApp app;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    app =
        FamilyServlets.in(AttackedApp.plan(folder).store(store))
            .setting("token.revocation.lag", "PT0S")
            .setting("token.login.failures", "1000000")
            .start();
  }

  @AfterAll
  void stop() {
    app.close();
  }

  private static Map<String, UnaryOperator<TokenRecord>> alteredRecords() {
    Map<String, UnaryOperator<TokenRecord>> others = new LinkedHashMap<>();
    others.put("id", r -> copy(r, OTHER, r.kind(), r.subject(), r.issuedAt()));
    others.put("id and subject", r -> copy(r, OTHER, r.kind(), "admin", r.issuedAt()));
    others.put("kind", r -> copy(r, r.id(), otherKind(r.kind()), r.subject(), r.issuedAt()));
    others.put(
        "time of issue", r -> copy(r, r.id(), r.kind(), r.subject(), r.issuedAt().plusSeconds(1)));
    others.put("negative issue", r -> copy(r, r.id(), r.kind(), r.subject(), NEGATIVE_TIME));
    others.put(
        "far-off issue",
        r -> copy(r, r.id(), r.kind(), r.subject(), Instant.ofEpochSecond(1L << 40)));
    others.put("expiry", r -> r.toBuilder().expiresAt(AttackedApp.START.plusSeconds(1)).build());
    others.put("no expiry", r -> r.toBuilder().expiresAt(null).build());
    others.put(
        "far-off expiry", r -> r.toBuilder().expiresAt(Instant.ofEpochSecond(1L << 40)).build());
    others.put("negative expiry", r -> r.toBuilder().expiresAt(NEGATIVE_TIME).build());
    others.put("parent", r -> r.toBuilder().parent(OTHER).build());
    return others;
  }

  /** A record that contradicts the token belongs to another token and is never disclosed. */
  @TestFactory
  Stream<DynamicTest> s04_recordOfAnotherTokenIsRefusedAndReported() {
    return alteredRecords().entrySet().stream()
        .flatMap(
            lie ->
                tokenKinds()
                    .map(
                        kind ->
                            DynamicTest.dynamicTest(
                                "S04 another " + lie.getKey() + ", " + kind,
                                () -> {
                                  String[] headers = headers(kind);
                                  corruptFoundRecord(lie.getValue());
                                  app.check(
                                      AttackCase.of(
                                          "S04",
                                          ExpectedAnswer.INVALID,
                                          it -> it.http().get("/secure/x", headers)));
                                  assertThat(app.logLines())
                                      .anyMatch(
                                          line ->
                                              line.startsWith("WARN event=refused")
                                                  && line.contains("record"));
                                  store.clearFaults();
                                  app.check(
                                      AttackCase.of(
                                          "then",
                                          ExpectedAnswer.OK,
                                          it -> it.http().get("/secure/x", headers)));
                                  assertThat(app.ran()).containsExactly("alice");
                                })));
  }

  @TestFactory
  Stream<DynamicTest> s04_deadRecordStaysDead() {
    Map<ExpectedAnswer, UnaryOperator<TokenRecord>> dead = new EnumMap<>(ExpectedAnswer.class);
    dead.put(
        ExpectedAnswer.CLOSED,
        r ->
            r.toBuilder()
                .revocation(Revocation.of(RevocationReason.CLOSED, Instant.ofEpochSecond(1L << 40)))
                .build());
    dead.put(
        ExpectedAnswer.EVICTED,
        r ->
            r.toBuilder()
                .revocation(Revocation.of(RevocationReason.EVICTED, NEGATIVE_TIME))
                .build());
    dead.put(
        ExpectedAnswer.EXPIRED,
        r -> r.toBuilder().idle(Duration.ofMinutes(5), NEGATIVE_TIME).build());
    return dead.entrySet().stream()
        .flatMap(
            lie ->
                tokenKinds()
                    .map(
                        kind ->
                            DynamicTest.dynamicTest(
                                "S04 " + lie.getKey() + ", " + kind,
                                () -> {
                                  String[] headers = headers(kind);
                                  corruptFoundRecord(lie.getValue());
                                  app.check(
                                      AttackCase.of(
                                          "S04",
                                          lie.getKey(),
                                          it -> it.http().get("/secure/x", headers)));
                                  store.clearFaults();
                                })));
  }

  /** Meaningless bindings cause no other failure. */
  @Test
  void s04_recordOfAnotherClientIsRefused() throws Exception {
    String[] headers = headers("session");
    for (String binding : List.of("127.0.0.2", "::1", "nonsense", "")) {
      corruptFoundRecord(r -> r.toBuilder().binding(binding).build());
      app.check(
          AttackCase.of(
              "S04 binding " + binding,
              ExpectedAnswer.INVALID,
              ExpectedAnswer.UNAVAILABLE,
              it -> it.http().get("/secure/x", headers)));
    }
    store.clearFaults();
  }

  /** No user sees the tokens of another user, for any answer of the store. */
  @TestFactory
  Stream<DynamicTest> s04_s05_invalidListsAreUnavailable() throws IOException {
    String bob = app.open(Accounts.BOB, 5);
    TokenRecord bobs = app.security.service().introspect(bob).orElseThrow().record();
    return Stream.<Map.Entry<String, ByzantineStore.Fault>>of(
            Map.entry("holds null", truth -> Arrays.asList((TokenRecord) null)),
            Map.entry("is another user's", truth -> List.of(bobs)),
            Map.entry("breaks when it is read", truth -> new BrokenList<>()),
            Map.entry("is of another type", truth -> List.of("no record")))
        .map(
            lie ->
                DynamicTest.dynamicTest(
                    "S05 a list that " + lie.getKey(),
                    () -> {
                      String[] headers = headers("open");
                      store.inject(Call.LIST, lie.getValue());
                      Answer answer =
                          app.check(
                              AttackCase.of(
                                  "S05",
                                  ExpectedAnswer.UNAVAILABLE,
                                  it -> it.http().get("/sessions", headers)));
                      store.clearFaults();
                      assertThat(answer.body()).doesNotContain(bobs.id().toString());
                    }));
  }

  /** No user can revoke the token of another user by such a record. */
  @Test
  void s04_recordOfAnotherIdGrantsNoOwnership() throws Exception {
    String alice = app.open(Accounts.ALICE, 5);
    String bob = app.open(Accounts.BOB, 5);
    TokenRecord own = app.security.service().introspect(alice).orElseThrow().record();
    TokenId bobs = app.security.service().introspect(bob).orElseThrow().record().id();
    corruptFoundRecord(record -> own);
    app.check(
        AttackCase.of(
            "S04 another's handle",
            ExpectedAnswer.NOT_FOUND,
            it -> it.http().send("DELETE", "/sessions/" + bobs, StoreRequest.bearer(alice))));
    store.clearFaults();
    app.check(
        AttackCase.of(
            "S04 bob",
            ExpectedAnswer.OK,
            it -> it.http().get("/secure/x", StoreRequest.bearer(bob))));
  }

  private static final class BrokenList<T> extends AbstractList<T> {
    @Override
    public T get(int index) {
      throw new ConcurrentModificationException("changed meanwhile");
    }

    @Override
    public int size() {
      return 2;
    }
  }

  /** Case S05: later changes of the store's collections change no answer. */
  @Test
  void s05_laterChangesOfCollectionsHaveNoEffect() throws Exception {
    List<Object> kept = Collections.synchronizedList(new ArrayList<>());
    store.inject(
        Call.REVOKE,
        truth -> {
          List<Object> answered = new ArrayList<>((List<?>) truth.get());
          kept.add(answered);
          return answered;
        });
    store.inject(
        Call.RENEW,
        truth -> {
          Set<Object> answered = new HashSet<>((Set<?>) truth.get());
          answered.add(null);
          return answered;
        });
    String[] headers = headers("session");
    app.check(AttackCase.of("S05", ExpectedAnswer.OK, it -> it.http().get("/secure/x", headers)));
    assertThat(app.ran()).containsExactly("alice");
    app.check(
        "S05 log out",
        it -> it.http().send("POST", "/security/rest/token/logout", headers),
        answer -> answer.status() == 204);
    kept.forEach(answered -> ((List<?>) answered).clear());
    store.clearFaults();
    app.check(
        AttackCase.of(
            "S05 then", ExpectedAnswer.CLOSED, it -> it.http().get("/secure/x", headers)));
  }

  /** Case S06: a token that the store lost is refused, for every login route that issued it. */
  @TestFactory
  Stream<DynamicTest> s06_tokenFalselyReportedAsStoredIsRefused() {
    return Stream.of(
            LoginRoute.OPEN_BASIC,
            LoginRoute.GATEWAY_JSON,
            LoginRoute.CLIENT_JSON,
            LoginRoute.QUERY_FORM)
        .map(
            route ->
                DynamicTest.dynamicTest(
                    "S06 " + route,
                    () -> {
                      store.inject(
                          Call.INSERT, truth -> InsertResult.of(InsertResult.Outcome.INSERTED));
                      Answer answer = route.logIn(app.http(), "alice", "wonderland");
                      store.clearFaults();
                      String lost = app.secret(route.tokenOf(answer));
                      app.check(
                          AttackCase.of(
                              "S06",
                              ExpectedAnswer.INVALID,
                              it -> it.http().get("/secure/x", StoreRequest.bearer(lost))));
                    }));
  }

  /** The node has heard of the end of the old token, and holds on to it whatever the store says. */
  @Test
  void s06_lostRefreshLeavesNoLiveToken() throws Exception {
    String old =
        app.secret(
            LoginRoute.CLIENT_JSON.tokenOf(
                LoginRoute.CLIENT_JSON.logIn(app.http(), "alice", "wonderland")));
    store.inject(Call.REPLACE, truth -> true);
    Answer answer = app.http().send("POST", "/routelink/v1/refreshToken", StoreRequest.bearer(old));
    store.clearFaults();
    assertThat(answer.status()).isEqualTo(200);
    String lost = app.secret(LoginRoute.CLIENT_JSON.tokenOf(answer));
    app.check(
        AttackCase.of(
            "S06 new",
            ExpectedAnswer.INVALID,
            it -> it.http().get("/secure/x", StoreRequest.bearer(lost))));
    app.check(
        AttackCase.of(
            "S06 old",
            ExpectedAnswer.REPLACED,
            it -> it.http().get("/secure/x", StoreRequest.bearer(old))));
  }

  private void corruptFoundRecord(UnaryOperator<TokenRecord> lie) {
    store.inject(
        Call.FIND,
        truth -> {
          Map<TokenId, TokenRecord> found = new HashMap<>(((FindResult) truth.get()).records());
          found.replaceAll((id, record) -> lie.apply(record));
          return FindResult.of(found);
        });
  }

  private static Stream<String> tokenKinds() {
    return Stream.of("session", "open", "user");
  }

  private String[] headers(String kind) throws IOException {
    if (kind.equals("session")) {
      Session session = app.session(Accounts.ALICE, 0);
      return new String[] {StoreRequest.bearer(session.token()), "Cookie: SESSION=" + session.id()};
    }
    return new String[] {
      StoreRequest.bearer(
          kind.equals("open")
              ? app.open(Accounts.ALICE, 5)
              : app.secret(
                  LoginRoute.GATEWAY_JSON.tokenOf(
                      LoginRoute.GATEWAY_JSON.logIn(app.http(), "alice", "wonderland"))))
    };
  }

  private static TokenKind otherKind(TokenKind kind) {
    return kind == TokenKind.OPEN ? TokenKind.USER : TokenKind.OPEN;
  }

  private static TokenRecord copy(
      TokenRecord r, TokenId id, TokenKind kind, String subject, Instant issuedAt) {
    return TokenRecord.builder(id, kind, subject, issuedAt)
        .roles(r.roles())
        .group(r.group())
        .parent(r.parent())
        .client(r.client())
        .binding(r.binding())
        .idle(r.idleTimeout(), r.idleExpiresAt())
        .expiresAt(r.expiresAt())
        .build();
  }
}
