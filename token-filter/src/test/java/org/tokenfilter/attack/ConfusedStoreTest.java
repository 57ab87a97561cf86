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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.tokenfilter.Accounts;
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.WebApp.Session;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;

/** Cases S04 to S06: a store with impossible answers, or with answers that change afterwards. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConfusedStoreTest {

  private static final Instant BEFORE_CHRIST = Instant.parse("-0044-03-15T12:00:00Z");
  private static final TokenId OTHER = TokenId.of(new byte[TokenId.LENGTH]);

  private final LyingStore store = new LyingStore(new InMemoryTokenStore());
  private AttackedApp app;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    app =
        Families.in(AttackedApp.plan(folder).over(store))
            .setting("token.revocation.lag", "PT0S")
            .setting("token.login.failures", "1000000")
            .start();
  }

  @AfterAll
  void stop() {
    app.close();
  }

  private static Map<String, UnaryOperator<TokenRecord>> otherRecords() {
    Map<String, UnaryOperator<TokenRecord>> others = new LinkedHashMap<>();
    others.put("id", r -> copy(r, OTHER, r.kind(), r.subject(), r.issuedAt()));
    others.put("id and subject", r -> copy(r, OTHER, r.kind(), "admin", r.issuedAt()));
    others.put("kind", r -> copy(r, r.id(), other(r.kind()), r.subject(), r.issuedAt()));
    others.put(
        "time of issue", r -> copy(r, r.id(), r.kind(), r.subject(), r.issuedAt().plusSeconds(1)));
    others.put("negative issue", r -> copy(r, r.id(), r.kind(), r.subject(), BEFORE_CHRIST));
    others.put(
        "far-off issue",
        r -> copy(r, r.id(), r.kind(), r.subject(), Instant.ofEpochSecond(1L << 40)));
    others.put("expiry", r -> r.toBuilder().expiresAt(AttackedApp.START.plusSeconds(1)).build());
    others.put("no expiry", r -> r.toBuilder().expiresAt(null).build());
    others.put(
        "far-off expiry", r -> r.toBuilder().expiresAt(Instant.ofEpochSecond(1L << 40)).build());
    others.put("negative expiry", r -> r.toBuilder().expiresAt(BEFORE_CHRIST).build());
    others.put("parent", r -> r.toBuilder().parent(OTHER).build());
    return others;
  }

  /** A record that contradicts the token belongs to another token and is never disclosed. */
  @TestFactory
  Stream<DynamicTest> s04_aRecordThatIsNotTheTokensIsRefusedAndReported() {
    return otherRecords().entrySet().stream()
        .flatMap(
            lie ->
                presentations()
                    .map(
                        kind ->
                            DynamicTest.dynamicTest(
                                "S04 another " + lie.getKey() + ", " + kind,
                                () -> {
                                  String[] headers = headers(kind);
                                  found(lie.getValue());
                                  app.check(
                                      Row.of(
                                          "S04",
                                          Verdict.INVALID,
                                          it -> it.http().get("/secure/x", headers)));
                                  assertThat(app.logged())
                                      .anyMatch(
                                          line ->
                                              line.startsWith("WARN event=refused")
                                                  && line.contains("record"));
                                  store.tellTheTruth();
                                  app.check(
                                      Row.of(
                                          "then",
                                          Verdict.OK,
                                          it -> it.http().get("/secure/x", headers)));
                                  assertThat(app.ran()).containsExactly("alice");
                                })));
  }

  @TestFactory
  Stream<DynamicTest> s04_deadRecordsAreDeadWhateverElseTheySay() {
    Map<Verdict, UnaryOperator<TokenRecord>> dead = new EnumMap<>(Verdict.class);
    dead.put(
        Verdict.CLOSED,
        r ->
            r.toBuilder()
                .revocation(Revocation.of(RevocationReason.CLOSED, Instant.ofEpochSecond(1L << 40)))
                .build());
    dead.put(
        Verdict.EVICTED,
        r ->
            r.toBuilder()
                .revocation(Revocation.of(RevocationReason.EVICTED, BEFORE_CHRIST))
                .build());
    dead.put(
        Verdict.EXPIRED, r -> r.toBuilder().idle(Duration.ofMinutes(5), BEFORE_CHRIST).build());
    return dead.entrySet().stream()
        .flatMap(
            lie ->
                presentations()
                    .map(
                        kind ->
                            DynamicTest.dynamicTest(
                                "S04 " + lie.getKey() + ", " + kind,
                                () -> {
                                  String[] headers = headers(kind);
                                  found(lie.getValue());
                                  app.check(
                                      Row.of(
                                          "S04",
                                          lie.getKey(),
                                          it -> it.http().get("/secure/x", headers)));
                                  store.tellTheTruth();
                                })));
  }

  /** Meaningless bindings cause no other failure. */
  @Test
  void s04_aRecordOfAnotherClientIsRefused() throws Exception {
    String[] headers = headers("session");
    for (String binding : List.of("127.0.0.2", "::1", "nonsense", "")) {
      found(r -> r.toBuilder().binding(binding).build());
      app.check(
          Row.of(
              "S04 binding " + binding,
              Verdict.INVALID,
              Verdict.UNAVAILABLE,
              it -> it.http().get("/secure/x", headers)));
    }
    store.tellTheTruth();
  }

  /** No user sees the tokens of another user, for any answer of the store. */
  @TestFactory
  Stream<DynamicTest> s04_s05_listsThatAreNoneEndInNoAnswerOrInARightOne() throws IOException {
    String bob = app.open(Accounts.BOB, 5);
    TokenRecord bobs = app.security.service().introspect(bob).orElseThrow().record();
    return Stream.<Map.Entry<String, LyingStore.Lie>>of(
            Map.entry("holds null", truth -> Arrays.asList((TokenRecord) null)),
            Map.entry("is another user's", truth -> List.of(bobs)),
            Map.entry("breaks when it is read", truth -> new Broken<>()),
            Map.entry("is of another type", truth -> List.of("no record")))
        .map(
            lie ->
                DynamicTest.dynamicTest(
                    "S05 a list that " + lie.getKey(),
                    () -> {
                      String[] headers = headers("open");
                      store.lie(Call.LIST, lie.getValue());
                      Answer answer =
                          app.check(
                              Row.of(
                                  "S05",
                                  Verdict.UNAVAILABLE,
                                  it -> it.http().get("/sessions", headers)));
                      store.tellTheTruth();
                      assertThat(answer.body()).doesNotContain(bobs.id().toString());
                    }));
  }

  /** No user can revoke the token of another user by such a record. */
  @Test
  void s04_aRecordOfAnotherIdDoesNotMakeItsHolderTheOwner() throws Exception {
    String alice = app.open(Accounts.ALICE, 5);
    String bob = app.open(Accounts.BOB, 5);
    TokenRecord own = app.security.service().introspect(alice).orElseThrow().record();
    TokenId bobs = app.security.service().introspect(bob).orElseThrow().record().id();
    store.lie(
        Call.FIND,
        truth -> ((Optional<?>) truth.get()).isPresent() ? Optional.of(own) : truth.get());
    app.check(
        Row.of(
            "S04 another's handle",
            Verdict.NOT_FOUND,
            it -> it.http().send("DELETE", "/sessions/" + bobs, Request.bearer(alice))));
    store.tellTheTruth();
    app.check(Row.of("S04 bob", Verdict.OK, it -> it.http().get("/secure/x", Request.bearer(bob))));
  }

  private static final class Broken<T> extends AbstractList<T> {
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
  void s05_whatIsChangedAfterwardsWasCopied() throws Exception {
    List<Object> kept = Collections.synchronizedList(new ArrayList<>());
    store.lie(
        Call.REVOKE,
        truth -> {
          List<Object> answered = new ArrayList<>((List<?>) truth.get());
          kept.add(answered);
          return answered;
        });
    store.lie(
        Call.RENEW,
        truth -> {
          Set<Object> answered = new HashSet<>((Set<?>) truth.get());
          answered.add(null);
          return answered;
        });
    String[] headers = headers("session");
    app.check(Row.of("S05", Verdict.OK, it -> it.http().get("/secure/x", headers)));
    assertThat(app.ran()).containsExactly("alice");
    app.check(
        "S05 log out",
        it -> it.http().send("POST", "/security/rest/token/logout", headers),
        answer -> answer.status() == 204);
    kept.forEach(answered -> ((List<?>) answered).clear());
    store.tellTheTruth();
    app.check(Row.of("S05 then", Verdict.CLOSED, it -> it.http().get("/secure/x", headers)));
  }

  /** Case S06: a token that the store lost is refused, for every login route that issued it. */
  @TestFactory
  Stream<DynamicTest> s06_aTokenThatTheStoreOnlySaysItKeptIsRefused() {
    return Stream.of(Door.OPEN_BASIC, Door.GATEWAY_JSON, Door.CLIENT_JSON, Door.QUERY_FORM)
        .map(
            door ->
                DynamicTest.dynamicTest(
                    "S06 " + door,
                    () -> {
                      store.lie(
                          Call.INSERT, truth -> InsertResult.of(InsertResult.Outcome.INSERTED));
                      Answer answer = door.logIn(app.http(), "alice", "wonderland");
                      store.tellTheTruth();
                      String lost = app.secret(door.tokenOf(answer));
                      app.check(
                          Row.of(
                              "S06",
                              Verdict.INVALID,
                              it -> it.http().get("/secure/x", Request.bearer(lost))));
                    }));
  }

  @Test
  void s06_aRefreshThatTheStoreLostLeavesNoTwo() throws Exception {
    String old =
        app.secret(
            Door.CLIENT_JSON.tokenOf(Door.CLIENT_JSON.logIn(app.http(), "alice", "wonderland")));
    store.lie(Call.REPLACE, truth -> true);
    Answer answer = app.http().send("POST", "/routelink/v1/refreshToken", Request.bearer(old));
    store.tellTheTruth();
    assertThat(answer.status()).isEqualTo(200);
    String lost = app.secret(Door.CLIENT_JSON.tokenOf(answer));
    app.check(
        Row.of("S06 new", Verdict.INVALID, it -> it.http().get("/secure/x", Request.bearer(lost))));
    app.check(Row.of("S06 old", Verdict.OK, it -> it.http().get("/secure/x", Request.bearer(old))));
  }

  private void found(UnaryOperator<TokenRecord> lie) {
    store.lie(
        Call.FIND,
        truth -> ((Optional<?>) truth.get()).map(record -> lie.apply((TokenRecord) record)));
  }

  private static Stream<String> presentations() {
    return Stream.of("session", "open", "user");
  }

  private String[] headers(String kind) throws IOException {
    if (kind.equals("session")) {
      Session session = app.session(Accounts.ALICE, 0);
      return new String[] {Request.bearer(session.token()), "Cookie: SESSION=" + session.id()};
    }
    return new String[] {
      Request.bearer(
          kind.equals("open")
              ? app.open(Accounts.ALICE, 5)
              : app.secret(
                  Door.GATEWAY_JSON.tokenOf(
                      Door.GATEWAY_JSON.logIn(app.http(), "alice", "wonderland"))))
    };
  }

  private static TokenKind other(TokenKind kind) {
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
