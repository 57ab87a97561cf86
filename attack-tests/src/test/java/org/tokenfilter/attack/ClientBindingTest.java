package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/** Cases C14, C15, C16 and C18: a stolen session token and session id, used by another client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientBindingTest {

  private static final String ATTACKER = "127.0.0.2";
  private static final String REAL = "192.0.2.7";

  @TempDir private static Path folder;

  private AttackedApp app;
  private AttackedApp behindProxy;
  private AttackedApp boundToPrefix;
  private AttackedApp boundToPrefixOfVersion;
  private Session stolen;

  @BeforeAll
  void start() throws Exception {
    app = AllFamiliesApp.plan(folder("usual")).start();
    behindProxy =
        AllFamiliesApp.plan(folder("proxy")).setting("token.trusted-proxies", "127.0.0.1").start();
    boundToPrefix =
        AllFamiliesApp.plan(folder("prefix"))
            .setting("token.trusted-proxies", "127.0.0.1")
            .setting("token.binding", "prefix")
            .start();
    boundToPrefixOfVersion =
        AllFamiliesApp.plan(folder("dual-stack"))
            .setting("token.trusted-proxies", "127.0.0.1")
            .setting("token.binding", "dual-stack")
            .start();
    stolen = app.session(Accounts.ALICE, 0);
  }

  private static Path folder(String name) throws IOException {
    return Files.createDirectory(folder.resolve(name));
  }

  @AfterAll
  void stop() {
    boundToPrefixOfVersion.close();
    boundToPrefix.close();
    behindProxy.close();
    app.close();
  }

  @TestFactory
  Stream<DynamicTest> refusesStolenSessionFromAnotherAddress() {
    String bearer = TokenRoute.bearer(stolen.token());
    String cookie = "Cookie: SESSION=" + stolen.id();
    List<AttackCase> rows = new ArrayList<>();
    for (String request :
        List.of(
            "GET " + AllFamiliesApp.PAGE,
            "POST " + AllFamiliesApp.PAGE,
            "GET " + AllFamiliesApp.FORWARD,
            "GET " + AllFamiliesApp.ASYNC,
            "GET " + AllFamiliesApp.GATEWAY_PAGE,
            "GET " + AllFamiliesApp.SESSIONS,
            "DELETE " + AllFamiliesApp.SESSIONS + "?others=true",
            "POST " + AllFamiliesApp.LOGOUT,
            "GET " + AllFamiliesApp.LOGOUT)) {
      String[] parts = request.split(" ", -1);
      rows.add(misuse("C14 " + request, parts[0], parts[1], bearer, cookie));
      rows.add(
          misuse(
              "C14 by header " + request, parts[0], parts[1], bearer, "session: " + stolen.id()));
      rows.add(
          misuse(
              "C14 " + request + " that says to come from the client",
              parts[0],
              parts[1],
              bearer,
              cookie,
              "X-Forwarded-For: 127.0.0.1",
              "Forwarded: for=127.0.0.1",
              "X-Real-IP: 127.0.0.1"));
    }
    rows.add(
        misuse(
            "C14 by the token cookie",
            "GET",
            AllFamiliesApp.PAGE,
            "Cookie: token=" + stolen.token() + "; SESSION=" + stolen.id()));
    rows.add(
        AttackCase.of(
            "C14 into another page",
            ExpectedAnswer.PUBLIC,
            it -> it.http().from(ATTACKER).get(AllFamiliesApp.INCLUDE, bearer, cookie)));
    rows.add(
        AttackCase.of(
            "C14 from its client",
            ExpectedAnswer.OK,
            it -> it.http().get(AllFamiliesApp.PAGE, bearer, cookie)));
    return app.tests(rows);
  }

  /** Returns a case that is refused and reported in the log. */
  private static AttackCase misuse(String name, String method, String path, String... headers) {
    // Another site's page can send a GET, so a GET does not expire cookies.
    boolean takesBack =
        method.equals("POST")
            && path.equals(AllFamiliesApp.LOGOUT)
            && Stream.of(headers).anyMatch(header -> header.startsWith("Cookie: "));
    return AttackCase.of(
        name,
        takesBack ? ExpectedAnswer.INVALID_AND_COOKIES_EXPIRED : ExpectedAnswer.INVALID,
        it -> {
          Answer answer = it.http().from(ATTACKER).send(method, path, headers);
          assertThat(it.logLines())
              .anyMatch(
                  line ->
                      line.startsWith("WARN event=refused rejection=invalid")
                          && line.contains("presented by another client")
                          && line.contains("client=\"" + ATTACKER + "\""));
          return answer;
        });
  }

  @TestFactory
  Stream<DynamicTest> comparesAddressesByValue() throws Exception {
    List<AttackCase> rows = new ArrayList<>();
    rows.addAll(
        forwarded(
            REAL, List.of("::ffff:192.0.2.7", "::FFFF:c000:207", "[::ffff:192.0.2.7]"), true));
    rows.addAll(forwarded("::ffff:192.0.2.7", List.of(REAL), true));
    rows.addAll(
        forwarded(
            "2001:db8::1",
            List.of(
                "2001:0DB8:0:0:0:0:0:1", "2001:db8:0::1", "[2001:db8::1]", "[2001:db8::1]:4711"),
            true));
    rows.addAll(forwarded("fe80::1%lo", List.of("fe80::1", "fe80::1%eth0"), true));
    rows.addAll(
        forwarded(
            REAL,
            List.of("192.0.2.8", "192.0.2.70", "192.0.2", "::192.0.2.7", "64:ff9b::192.0.2.7"),
            false));
    rows.addAll(forwarded("2001:db8::1", List.of("2001:db8::2", "2001:db9::1", REAL), false));
    return behindProxy.tests(rows);
  }

  /** Returns cases that present one session of a client again from each of these addresses. */
  private List<AttackCase> forwarded(String client, List<String> again, boolean same)
      throws Exception {
    Session session = sessionOf(behindProxy, client);
    return again.stream()
        .map(
            address ->
                same
                    ? AttackCase.of(
                        "C15 " + client + " as " + address, ExpectedAnswer.OK, as(session, address))
                    : AttackCase.of(
                        "C15 " + client + " as " + address,
                        ExpectedAnswer.INVALID,
                        ExpectedAnswer.BAD_REQUEST,
                        as(session, address)))
        .toList();
  }

  @TestFactory
  Stream<DynamicTest> comparesPrefixesIfConfigured() throws Exception {
    List<AttackCase> rows = new ArrayList<>();
    Session four = sessionOf(boundToPrefix, REAL);
    for (String address : List.of("192.0.2.7", "192.0.2.200", "::ffff:192.0.2.9")) {
      rows.add(AttackCase.of("C15 /24 as " + address, ExpectedAnswer.OK, as(four, address)));
    }
    for (String address : List.of("192.0.3.7", "192.1.2.7", "2001:db8::1")) {
      rows.add(AttackCase.of("C15 /24 as " + address, ExpectedAnswer.INVALID, as(four, address)));
    }
    Session six = sessionOf(boundToPrefix, "2001:db8:0:1::1");
    for (String address : List.of("2001:db8:0:1:ffff::9", "2001:db8:0:1::")) {
      rows.add(AttackCase.of("C15 /64 as " + address, ExpectedAnswer.OK, as(six, address)));
    }
    for (String address : List.of("2001:db8:0:2::1", "2001:db8::1", REAL)) {
      rows.add(AttackCase.of("C15 /64 as " + address, ExpectedAnswer.INVALID, as(six, address)));
    }
    return boundToPrefix.tests(rows);
  }

  /** A dual-stack client can change its IP version from one connection to the next. */
  @TestFactory
  Stream<DynamicTest> allowsOtherIpVersionIfConfigured() throws Exception {
    List<AttackCase> rows = new ArrayList<>();
    Session four = sessionOf(boundToPrefixOfVersion, REAL);
    for (String address : List.of("192.0.2.200", "::ffff:192.0.2.9", "2001:db8::1", "fe80::1")) {
      rows.add(AttackCase.of("C15 dual-stack as " + address, ExpectedAnswer.OK, as(four, address)));
    }
    for (String address : List.of("192.0.3.7", "::ffff:192.0.3.7")) {
      rows.add(
          AttackCase.of("C15 dual-stack as " + address, ExpectedAnswer.INVALID, as(four, address)));
    }
    Session six = sessionOf(boundToPrefixOfVersion, "2001:db8:0:1::1");
    for (String address : List.of("2001:db8:0:1::9", REAL, "::ffff:192.0.2.7")) {
      rows.add(
          AttackCase.of(
              "C15 dual-stack, IPv6, as " + address, ExpectedAnswer.OK, as(six, address)));
    }
    for (String address : List.of("2001:db8:0:2::1", "2001:db8::1")) {
      rows.add(
          AttackCase.of(
              "C15 dual-stack, IPv6, as " + address, ExpectedAnswer.INVALID, as(six, address)));
    }
    return boundToPrefixOfVersion.tests(rows);
  }

  @TestFactory
  Stream<DynamicTest> ipVersionChangeIsNotReportedAsAttack() throws Exception {
    return Stream.concat(
        behindProxy.tests(List.of(changed(behindProxy, "an address"))),
        boundToPrefix.tests(List.of(changed(boundToPrefix, "a prefix"))));
  }

  private static AttackCase changed(AttackedApp bound, String to) throws IOException {
    Session session = sessionOf(bound, REAL);
    return AttackCase.of(
        "C15 IPv6 after IPv4, bound to " + to,
        ExpectedAnswer.INVALID,
        it -> {
          Answer answer = as(session, "2001:db8::1").on(it);
          assertThat(it.logLines())
              .anyMatch(
                  line ->
                      line.startsWith("INFO event=refused rejection=invalid")
                          && line.contains("different IP version")
                          && line.contains("client=\"2001:db8:0:0:0:0:0:1\""))
              .noneMatch(line -> line.startsWith("WARN event=refused"));
          return answer;
        });
  }

  /** Entries to the left of the last proxy's own entry have an unknown author. */
  @TestFactory
  Stream<DynamicTest> usesRightmostAddressThatIsNoProxy() throws Exception {
    Session session = sessionOf(behindProxy, "9.9.9.9, " + REAL);
    List<AttackCase> rows = new ArrayList<>();
    for (String chain :
        List.of("1.2.3.4, " + REAL, REAL, "unknown, " + REAL, REAL + ", 127.0.0.1", "x, " + REAL)) {
      rows.add(AttackCase.of("C18 " + chain, ExpectedAnswer.OK, as(session, chain)));
    }
    for (String chain : List.of(REAL + ", 1.2.3.4", "1.2.3.4", REAL + ", 9.9.9.9, 127.0.0.1")) {
      rows.add(AttackCase.of("C18 " + chain, ExpectedAnswer.INVALID, as(session, chain)));
    }
    rows.add(
        AttackCase.of(
            "C18 past the proxy",
            ExpectedAnswer.INVALID,
            it ->
                it.http()
                    .from(ATTACKER)
                    .get(AllFamiliesApp.PAGE, headers(session, "X-Forwarded-For: " + REAL))));
    return behindProxy.tests(rows);
  }

  /** The User-Agent is no secret, any client can send it, and browser updates change it. */
  @TestFactory
  Stream<DynamicTest> ignoresUserAgent() {
    List<AttackCase> rows = new ArrayList<>();
    for (String agent :
        List.of(
            "X-None: 1", "User-Agent: other", "User-Agent:", "User-Agent: " + "x".repeat(4_000))) {
      String name = agent.length() > 100 ? "of 4 kB" : agent;
      rows.add(
          AttackCase.of(
              "C16 " + name,
              ExpectedAnswer.OK,
              it -> it.http().get(AllFamiliesApp.PAGE, headers(stolen, agent))));
      rows.add(
          AttackCase.of(
              "C16 at another client, " + name,
              ExpectedAnswer.INVALID,
              it -> it.http().from(ATTACKER).get(AllFamiliesApp.PAGE, headers(stolen, agent))));
    }
    rows.add(
        AttackCase.of(
            "C16 twice",
            ExpectedAnswer.OK,
            it ->
                it.http()
                    .get(
                        AllFamiliesApp.PAGE,
                        TokenRoute.bearer(stolen.token()),
                        "Cookie: SESSION=" + stolen.id(),
                        "User-Agent: a",
                        "User-Agent: b")));
    return app.tests(rows);
  }

  private static Session sessionOf(AttackedApp app, String client) throws IOException {
    Answer answer =
        app.http()
            .get(
                "/security/rest/token/access/session/0",
                "Authorization: " + WebApp.basic(Accounts.ALICE),
                "X-Forwarded-For: " + client);
    assertThat(answer.status()).as(answer.head()).isEqualTo(200);
    return new Session(
        app.secret(WebApp.member(answer.body(), "access_token")),
        app.secret(WebApp.member(answer.body(), "session")));
  }

  private static AttackCase.Attack as(Session session, String chain) {
    return it -> it.http().get(AllFamiliesApp.PAGE, headers(session, "X-Forwarded-For: " + chain));
  }

  private static String[] headers(Session session, String more) {
    return new String[] {
      TokenRoute.bearer(session.token()), "Cookie: SESSION=" + session.id(), more
    };
  }
}
