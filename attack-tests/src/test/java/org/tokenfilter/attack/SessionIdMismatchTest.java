package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/** Cases C01, C02, C05 and C26: a session token without its right session id. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionIdMismatchTest {

  /** A request that accepts a session token, and its refusal. */
  private record Target(String method, String path, ExpectedAnswer refusal) {

    /** Allows a logout to expire the cookies that it was sent. */
    Set<ExpectedAnswer> refusals() {
      return method.equals("POST") && path.equals(AllFamiliesApp.LOGOUT)
          ? EnumSet.of(refusal, ExpectedAnswer.INVALID_AND_COOKIES_EXPIRED)
          : EnumSet.of(refusal);
    }

    Answer send(AttackedApp app, String... headers) throws IOException {
      return app.http().send(method, path, headers);
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  private static final List<Target> TARGETS =
      List.of(
          new Target("GET", AllFamiliesApp.PAGE, ExpectedAnswer.INVALID),
          new Target("POST", AllFamiliesApp.PAGE, ExpectedAnswer.INVALID),
          new Target("OPTIONS", AllFamiliesApp.PAGE, ExpectedAnswer.INVALID),
          new Target("GET", AllFamiliesApp.FORWARD, ExpectedAnswer.INVALID),
          new Target("GET", AllFamiliesApp.INCLUDE, ExpectedAnswer.PUBLIC),
          new Target("GET", AllFamiliesApp.ASYNC, ExpectedAnswer.INVALID),
          new Target("GET", AllFamiliesApp.GATEWAY_PAGE, ExpectedAnswer.INVALID),
          new Target("GET", AllFamiliesApp.SESSIONS, ExpectedAnswer.INVALID),
          new Target("DELETE", AllFamiliesApp.SESSIONS + "?others=true", ExpectedAnswer.INVALID),
          new Target("POST", AllFamiliesApp.LOGOUT, ExpectedAnswer.INVALID),
          new Target("GET", AllFamiliesApp.LOGOUT, ExpectedAnswer.INVALID),
          new Target("GET", AllFamiliesApp.REFRESH, ExpectedAnswer.INVALID));

  private static final Target PAGE = TARGETS.get(0);

  @TempDir private static Path folder;

  private AttackedApp app;
  private Session alice;
  private Session second;
  private Session bob;

  @BeforeAll
  void start() throws Exception {
    app = AllFamiliesApp.plan(folder).start();
    alice = app.session(Accounts.ALICE, 0);
    second = app.session(Accounts.ALICE, 0);
    bob = app.session(Accounts.BOB, 0);
  }

  @AfterAll
  void stop() {
    app.close();
  }

  /** Returns wrong session ids by name. */
  private Map<String, String> others() {
    String id = alice.id();
    Map<String, String> others = new LinkedHashMap<>();
    others.put("C02 bob's", bob.id());
    others.put("C02 her other one", second.id());
    for (int at : new int[] {0, 1, 20, 41}) {
      others.put("C02 another character " + at, withOtherCharacterAt(id, at));
    }
    others.put("C02 in lower case", id.toLowerCase(Locale.ROOT));
    others.put("C02 in upper case", id.toUpperCase(Locale.ROOT));
    others.put("C02 unused bits", id.substring(0, 42) + (char) (id.charAt(42) + 1));
    others.put("C02 padded", id + "=");
    others.put("C02 a space encoded behind", id + "%20");
    others.put("C02 percent-encoded", "%" + Integer.toHexString(id.charAt(0)) + id.substring(1));
    others.put("C02 its first 42 characters", id.substring(0, 42));
    others.put("C02 one character more", id + "A");
    others.put("C02 twice", id + id);
    others.put("C02 the handle", handle());
    others.put("C02 the token", alice.token());
    others.put("C02 43 times A", "A".repeat(43));
    return others;
  }

  @TestFactory
  Stream<DynamicTest> refusesOtherSessionIds() {
    List<AttackCase> rows = new ArrayList<>();
    others()
        .forEach(
            (name, id) -> {
              for (String line : List.of("Cookie: SESSION=", "session: ")) {
                for (Target target : TARGETS) {
                  rows.add(row(name + ", " + line + target, target, line + id));
                }
              }
            });
    return app.tests(rows);
  }

  @TestFactory
  Stream<DynamicTest> refusesMissingSessionId() {
    List<AttackCase> rows = new ArrayList<>();
    for (String header :
        List.of(
            "X-None: 1",
            "Cookie: x=1",
            "Cookie: SESSION=",
            "Cookie: session=" + alice.id(),
            "Cookie: Session=" + alice.id(),
            "Cookie: SESSION2=" + alice.id(),
            "Cookie: __Host-SESSION=" + alice.id(),
            "Cookie: $SESSION=" + alice.id(),
            "Cookie: JSESSIONID=" + alice.id(),
            "X-Session: " + alice.id(),
            "session-id: " + alice.id(),
            "userToken: " + alice.id())) {
      String name = header.replace(alice.id(), "ID");
      for (Target target : TARGETS) {
        // At the gateway the header userToken is a second token.
        boolean second = header.startsWith("userToken") && target.path().startsWith("/gate");
        if (!second) {
          rows.add(row("C01 " + name + ", " + target, target, header));
        }
      }
    }
    return app.tests(rows);
  }

  @TestFactory
  Stream<DynamicTest> decidesTwoSessionIds() {
    String cookie = "Cookie: SESSION=" + alice.id();
    String header = "session: " + alice.id();
    List<AttackCase> rows = new ArrayList<>();
    rows.add(pair("C05 cookie and header, equal", ExpectedAnswer.OK, cookie, header));
    rows.add(pair("C05 two headers, equal", ExpectedAnswer.OK, header, header));
    rows.add(pair("C05 two cookies, equal", ExpectedAnswer.OK, cookie + "; SESSION=" + alice.id()));
    rows.add(pair("C05 Session: in other letters", ExpectedAnswer.OK, "SeSSion: " + alice.id()));
    for (String other : List.of(bob.id(), second.id(), "x", "A".repeat(43))) {
      String name = other.length() == 43 && !other.startsWith("AAAA") ? "another's" : other;
      int number = rows.size();
      rows.add(pair("C05 header " + name + number, ExpectedAnswer.OK, cookie, "session: " + other));
      rows.add(
          pair(
              "C05 cookie " + name + number,
              ExpectedAnswer.OK,
              "Cookie: SESSION=" + other,
              header));
      rows.add(
          pair(
              "C05 two cookies, " + name + number,
              ExpectedAnswer.OK,
              cookie + "; SESSION=" + other));
      rows.add(
          pair(
              "C05 none of two, " + name + number,
              ExpectedAnswer.INVALID,
              "Cookie: SESSION=" + other + "; SESSION=" + "B".repeat(42) + "A"));
      rows.add(
          pair(
              "C05 two headers, " + name + number,
              ExpectedAnswer.BAD_REQUEST,
              "session: " + other,
              header));
    }
    return app.tests(rows);
  }

  @Test
  void c26_loginWithAnotherUsersSessionCookieMixesNothing() throws Exception {
    Answer answer =
        app.http()
            .get(
                "/security/rest/token/access/session/0",
                "Authorization: " + WebApp.basic(Accounts.BOB),
                "Cookie: SESSION=" + alice.id());
    String token = app.secret(WebApp.member(answer.body(), "access_token"));
    String id = app.secret(WebApp.member(answer.body(), "session"));
    assertThat(id).isNotIn(alice.id(), bob.id());
    app.check(
        pair("C26 the token with the old cookie", ExpectedAnswer.INVALID, token, alice.id(), PAGE));
    app.check(
        pair(
            "C26 the old token with the new cookie",
            ExpectedAnswer.INVALID,
            alice.token(),
            id,
            PAGE));
    app.check(pair("C26 the new ones", ExpectedAnswer.OK, token, id, PAGE));
    assertThat(app.ran()).containsExactly("bob");
    app.check(pair("C26 the old ones", ExpectedAnswer.OK, alice.token(), alice.id(), PAGE));
    assertThat(app.ran()).containsExactly("alice");
  }

  private AttackCase row(String name, Target target, String... headers) {
    String[] all = Arrays.copyOf(headers, headers.length + 1);
    all[headers.length] = TokenRoute.bearer(alice.token());
    return new AttackCase(
        name,
        target.refusals(),
        it -> {
          Answer answer = target.send(it, all);
          assertThat(it.security.service().introspect(alice.token()))
              .as("the session token is still valid")
              .isPresent();
          return answer;
        });
  }

  private AttackCase pair(String name, ExpectedAnswer verdict, String... headers) {
    String[] all = Arrays.copyOf(headers, headers.length + 1);
    all[headers.length] = TokenRoute.bearer(alice.token());
    return AttackCase.of(name, verdict, it -> PAGE.send(it, all));
  }

  private static AttackCase pair(
      String name, ExpectedAnswer verdict, String token, String id, Target target) {
    return AttackCase.of(
        name, verdict, it -> target.send(it, TokenRoute.bearer(token), "Cookie: SESSION=" + id));
  }

  private String handle() {
    return app.security.service().introspect(alice.token()).orElseThrow().record().id().toString();
  }

  private static String withOtherCharacterAt(String id, int at) {
    char other = id.charAt(at) == 'B' ? 'C' : 'B';
    return id.substring(0, at) + other + id.substring(at + 1);
  }
}
