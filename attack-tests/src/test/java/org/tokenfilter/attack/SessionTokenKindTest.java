package org.tokenfilter.attack;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.testsupport.forgery.BaseToken;
import org.tokenfilter.testsupport.forgery.TokenForge;

/** Case C04: a session token, presented or forged as a token of another kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionTokenKindTest {

  @TempDir private static Path folder;

  private AttackedApp app;
  private Session alice;

  @BeforeAll
  void start() throws Exception {
    app = AllFamiliesApp.plan(folder).start();
    alice = app.session(Accounts.ALICE, 0);
  }

  @AfterAll
  void stop() {
    app.close();
  }

  /** A session token is never treated as an open token or a user token. */
  @TestFactory
  Stream<DynamicTest> refusesSessionTokenAsAnotherKind() {
    List<AttackCase> rows = new ArrayList<>();
    for (TokenRoute way : TokenRoute.values()) {
      if (way != TokenRoute.INTROSPECT && way != TokenRoute.REVOKE) {
        rows.add(
            new AttackCase(
                "C04 alone, by " + way,
                way.refusals(alice.token()),
                it -> way.send(it.http(), alice.token())));
      }
    }
    TokenRecord record = app.security.service().introspect(alice.token()).orElseThrow().record();
    String said = BaseToken.claims(record, AttackedApp.AUDIENCE);
    for (String kind : List.of("o", "u")) {
      String forged =
          app.secret(TokenForge.withContent(said.replace("\"k\":\"s\"", "\"k\":\"" + kind + "\"")));
      for (TokenRoute way : TokenRoute.values()) {
        rows.add(
            new AttackCase(
                "C04 saying " + kind + ", by " + way,
                way.refusals(forged),
                it -> way.send(it.http(), forged)));
      }
    }
    return app.tests(rows);
  }

  /** Its handle is the digest of a kept session id, but no token of the session was issued. */
  @Test
  void c04_sessionOfUserTokenHasNoTokenOfItsOwn() throws Exception {
    String user = AllFamiliesApp.user(app, Accounts.ALICE);
    Answer opened =
        app.http().get(AllFamiliesApp.GATEWAY_PAGE + "?close=false", "userToken: " + user);
    String id = app.secret(opened.all("session").get(0));
    TokenRecord kept =
        app.security.service().list("alice", null, 100).stream()
            .filter(record -> record.parent() != null)
            .findFirst()
            .orElseThrow();
    for (String kind : List.of("s", "o", "u")) {
      String claims =
          BaseToken.claims(kept, AttackedApp.AUDIENCE)
              .replaceAll("\"k\":\".\"", "\"k\":\"" + kind + "\"");
      String forged = app.secret(TokenForge.withContent(claims));
      for (String header : List.of("Cookie: SESSION=" + id, "session: " + id, "X-None: 1")) {
        app.check(
            AttackCase.of(
                "C04 forged " + kind,
                ExpectedAnswer.INVALID,
                it -> it.http().get(AllFamiliesApp.PAGE, TokenRoute.bearer(forged), header)));
      }
    }
  }
}
