package org.tokenfilter.attack;

import static org.tokenfilter.attack.ExpectedAnswer.BAD_REQUEST;
import static org.tokenfilter.attack.ExpectedAnswer.CONTAINER;
import static org.tokenfilter.attack.ExpectedAnswer.INVALID;
import static org.tokenfilter.attack.ExpectedAnswer.NOTHING;
import static org.tokenfilter.attack.ExpectedAnswer.OK;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/** D: the parts of a request that are read as a token, and those that are not. */
@TestInstance(Lifecycle.PER_CLASS)
final class TransportAttackTest {

  private static final String BEARER = "Authorization: Bearer ";

  private AllContainers containers;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    containers =
        new AllContainers(
            folder,
            plan ->
                plan.setting("token.session.header", "X-Session-Id")
                    .filterParam("token.carriers", "bearer, cookie")
                    .register(DispatchRoute::register));
  }

  @AfterAll
  void stop() {
    containers.close();
  }

  @TestFactory
  Stream<DynamicContainer> decidesByAuthorizationScheme() throws IOException {
    return containers.tests(
        app -> {
          String token = app.open(Accounts.ALICE, 5);
          String utf8 = "\u00c5\u00bf";
          String kelvin = "\u00e2\u0084\u00aa";
          return new Table()
              .row("D01 no credentials", NOTHING)
              .row("D02 an empty header", NOTHING, "Authorization:")
              .row("D02 the scheme alone", NOTHING, "Authorization: Bearer")
              .row("D02 the scheme and a space", NOTHING, "Authorization: Bearer ")
              .row("D02 two spaces", OK, "Authorization: Bearer  " + token)
              .row("D02 a space after it", OK, BEARER + token + " ")
              .row("D02 small letters", OK, "Authorization: bearer " + token)
              .row("D02 mixed letters", OK, "Authorization: bEaReR " + token)
              .row("D02 a tab", NOTHING, "Authorization: BEARER\t" + token)
              .row("D02 a space and a tab", INVALID, "Authorization: Bearer \t" + token)
              .row("D02 no space", NOTHING, "Authorization: Bearer" + token)
              .row("D02 an equals sign", NOTHING, "Authorization: Bearer=" + token)
              .row("D02 quotes", NOTHING, "Authorization: \"Bearer\" " + token)
              .row("D02 more after it", INVALID, BEARER + token + " x")
              .row("D02 the scheme twice", INVALID, BEARER + "Bearer " + token)
              .row("D02 no scheme", NOTHING, "Authorization: " + token)
              .row("D03 a long s", NOTHING, "Authorization: Ba" + utf8 + "ic " + token)
              .row("D03 a Kelvin sign", NOTHING, "Authorization: to" + kelvin + "en " + token)
              .row("D03 a full-width B", NOTHING, "Authorization: \u00ef\u00bc\u00a2earer " + token)
              .row("D03 a Cyrillic e", NOTHING, "Authorization: B\u00d0\u00b5arer " + token)
              .row("D04 Basic", NOTHING, "Authorization: " + WebApp.basic(Accounts.ALICE))
              .row("D04 Digest", NOTHING, "Authorization: Digest username=\"alice\"")
              .row("D04 Negotiate", NOTHING, "Authorization: Negotiate " + token)
              .row("D04 DPoP", NOTHING, "Authorization: DPoP " + token, "DPoP: " + token)
              .row("D04 Token", NOTHING, "Authorization: Token " + token)
              .rows;
        });
  }

  @TestFactory
  Stream<DynamicContainer> decidesRequestsWithTwoTokens() throws IOException {
    return containers.tests(
        app -> {
          String token = app.open(Accounts.ALICE, 5);
          String other = app.open(Accounts.BOB, 5);
          String basic = WebApp.basic(Accounts.ALICE);
          return new Table()
              .row("D06 Bearer, Basic", INVALID, BEARER + token + ", " + basic)
              .row("D06 Basic, Bearer", NOTHING, "Authorization: " + basic + ", Bearer " + token)
              .row("D06 Bearer, the same", INVALID, BEARER + token + ", Bearer " + token)
              .row("D06 two headers, the same", BAD_REQUEST, BEARER + token, BEARER + token)
              .row("D06 two headers", BAD_REQUEST, BEARER + token, BEARER + other)
              .row("D06 Basic beside it", BAD_REQUEST, "Authorization: " + basic, BEARER + token)
              .row("D06 an empty one beside it", BAD_REQUEST, "Authorization:", BEARER + token)
              .row(
                  "D07 another in the cookie",
                  BAD_REQUEST,
                  BEARER + token,
                  "Cookie: token=" + other)
              .row("D07 junk in the cookie", OK, BEARER + token, "Cookie: token=x; token=y")
              .row("D07 junk in the header", INVALID, BEARER + "x", "Cookie: token=" + token)
              .row(
                  "D07 another in a further cookie",
                  BAD_REQUEST,
                  BEARER + token,
                  "Cookie: token=x; token=" + token + "; token=" + other)
              .row("D07 two cookies", BAD_REQUEST, "Cookie: token=" + token + "; token=" + other)
              .row("D07 two lines", BAD_REQUEST, "Cookie: token=" + token, "Cookie: token=" + other)
              .row("D07 the same in the cookie", OK, BEARER + token, "Cookie: token=" + token)
              .row("D07 an empty cookie", OK, BEARER + token, "Cookie: token=")
              .rows;
        });
  }

  @TestFactory
  Stream<DynamicContainer> ignoresTokensInOtherPlaces() throws IOException {
    return containers.tests(
        app -> {
          String token = app.open(Accounts.ALICE, 5);
          Table table =
              new Table()
                  .row("D08 a header of another name", NOTHING, "X-Authorization: Bearer " + token)
                  .row("D08 for a proxy", NOTHING, "Proxy-Authorization: Bearer " + token)
                  .row("D08 X-Auth-Token", NOTHING, "X-Auth-Token: " + token)
                  .row("D08 userToken off the gateway", NOTHING, "userToken: " + token)
                  .row("D08 a subprotocol", NOTHING, "Sec-WebSocket-Protocol: bearer, " + token)
                  .row("D08 Referer", NOTHING, "Referer: http://127.0.0.1/?token=" + token)
                  .row("D08 a cookie Authorization", NOTHING, "Cookie: Authorization=" + token)
                  .row("D08 a cookie access_token", NOTHING, "Cookie: access_token=" + token)
                  .row("D08 a cookie TOKEN", NOTHING, "Cookie: TOKEN=" + token)
                  .row("D08 a cookie __Host-token", NOTHING, "Cookie: __Host-token=" + token)
                  .row("E19 names of attributes", NOTHING, fakes());
          for (String name : List.of("access_token", "token", "SessionToken", "userToken")) {
            String pair = name + "=" + token;
            table.path("D08 query " + name, NOTHING, "/secure/x?" + pair);
            table.path("D08 path parameter " + name, NOTHING, "/secure/x;" + pair);
            table.path("D08 of a segment, " + name, NOTHING, "/secure;" + pair + "/x");
            table.body("D08 form " + name, "application/x-www-form-urlencoded", pair);
            table.body(
                "D08 JSON " + name, "application/json", "{\"" + name + "\":\"" + token + "\"}");
          }
          return table
              .path("D08 query Authorization", NOTHING, "/secure/x?Authorization=Bearer%20" + token)
              .path(
                  "D09 parameters of endpoints, twice",
                  OK,
                  "/secure/x?token=a&token=b&close=true&close=x&SessionToken=c&Minutes=0&Minutes=1",
                  BEARER + token)
              .rows;
        });
  }

  private static String[] fakes() {
    return new String[] {
      "org.tokenfilter.filter.Decision: Admitted", "org.tokenfilter.filter.Trail: true"
    };
  }

  @TestFactory
  Stream<DynamicContainer> decidesByHeaderName() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          String bad = app.open(Accounts.ALICE, 5);
          Session alice = app.session(Accounts.ALICE, 0);
          String bearer = BEARER + alice.token();
          return new Table()
              .row("D10 authorization", OK, "authorization: Bearer " + open)
              .row("D10 AUTHORIZATION", OK, "AUTHORIZATION: Bearer " + open)
              .row("D10 Authorization_", NOTHING, "Authorization_: Bearer " + open)
              .either("D10 a space before the colon", NOTHING, "Authorization : Bearer " + bad)
              .row("D10 the session header", OK, bearer, "x-session-id: " + alice.id())
              .row("D10 with underscores", INVALID, bearer, "X_Session_Id: " + alice.id())
              .row("D10 with one underscore", INVALID, bearer, "X-Session_Id: " + alice.id())
              .row("D10 another name", INVALID, bearer, "session: " + alice.id())
              .either("D12 Latin-1 in it", INVALID, BEARER + inserted(open, "\u00e9"))
              .either("D12 UTF-8 in it", INVALID, BEARER + inserted(open, "\u00c3\u00a9"))
              .either("D12 no UTF-8 in it", INVALID, BEARER + inserted(open, "\u00ff\u00fe"))
              .either("D12 a byte order mark", INVALID, BEARER + "\u00ef\u00bb\u00bf" + open)
              .either("D12 Latin-1 after it", INVALID, BEARER + open + "\u00a0")
              .either("D12 Latin-1 in the id", INVALID, bearer, "X-Session-Id: \u00e9" + alice.id())
              .rows;
        });
  }

  private static String inserted(String token, String what) {
    return token.substring(0, 90) + what + token.substring(90);
  }

  /** Cases by all dispatch routes. */
  private static final class Table {

    private final List<AttackCase> rows = new ArrayList<>();

    Table row(String name, ExpectedAnswer verdict, String... headers) {
      return rows(name, EnumSet.of(verdict), headers);
    }

    /** Allows the container to refuse the request first. */
    Table either(String name, ExpectedAnswer verdict, String... headers) {
      return rows(name, EnumSet.of(verdict, CONTAINER), headers);
    }

    private Table rows(String name, Set<ExpectedAnswer> allowed, String... headers) {
      rows.addAll(DispatchRoute.rows(name, allowed, headers));
      return this;
    }

    Table path(String name, ExpectedAnswer verdict, String path, String... headers) {
      rows.add(AttackCase.of(name, verdict, app -> app.http().get(path, headers)));
      return this;
    }

    Table body(String name, String type, String body) {
      rows.add(
          AttackCase.of(
              name,
              NOTHING,
              app ->
                  app.http()
                      .raw(
                          "POST /secure/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
                              + type
                              + "\r\nContent-Length: "
                              + body.length()
                              + "\r\nConnection: close\r\n\r\n"
                              + body)));
      return this;
    }
  }
}
