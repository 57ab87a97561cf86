package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.attack.ExpectedAnswer.CONTAINER;
import static org.tokenfilter.attack.ExpectedAnswer.INVALID;
import static org.tokenfilter.attack.ExpectedAnswer.NOTHING;
import static org.tokenfilter.attack.ExpectedAnswer.OK;
import static org.tokenfilter.attack.ExpectedAnswer.PUBLIC;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;

/** D: the boundaries, the version and the host of requests. */
final class FramingAttackTest extends RawRequestAttack {

  private static final String POST = "POST /secure/x HTTP/1.1\r\n" + HOST;

  @TestFactory
  Stream<DynamicContainer> framingNeverSmugglesRequest() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          String hidden = "GET /secure/hidden HTTP/1.1\r\n" + HOST + "\r\n";
          String chunked = "Transfer-Encoding: chunked\r\n";
          List<AttackCase> rows = new ArrayList<>();
          for (boolean token : new boolean[] {false, true}) {
            String more = token ? bearer(open) : "";
            String with = token ? " with a token" : "";
            ExpectedAnswer verdict = token ? OK : NOTHING;
            rows.add(
                raw("D15 two hosts" + with, CONTAINER, GET + HOST + "Host: b\r\n" + more + END));
            rows.add(
                raw(
                    "D15 another host in the target" + with,
                    CONTAINER,
                    "GET http://evil.example/secure/x HTTP/1.1\r\n" + HOST + more + END));
            rows.add(raw("D15 a bad host" + with, CONTAINER, GET + "Host: a b\r\n" + more + END));
            rows.add(
                raw(
                    "D15 two lengths" + with,
                    CONTAINER,
                    POST + more + "Content-Length: 0\r\nContent-Length: 5\r\n" + END));
            rows.add(
                raw(
                    "D15 chunks and a length" + with,
                    verdict,
                    CONTAINER,
                    POST + more + chunked + "Content-Length: 5\r\n" + END + "0\r\n\r\n"));
            rows.add(raw("D16 no host" + with, CONTAINER, GET + more + END));
            rows.add(
                raw("D16 HTTP/1.0" + with, verdict, "GET /secure/x HTTP/1.0\r\n" + more + END));
            rows.add(
                raw(
                    "D16 HTTP/1.0 with a host" + with,
                    verdict,
                    "GET /secure/x HTTP/1.0\r\n" + HOST + more + END));
            rows.add(
                raw(
                    "D23 a quote across a chunk's line" + with,
                    verdict,
                    CONTAINER,
                    POST + more + chunked + "\r\n1;a=\"\r\nX\r\n0\r\n\r\n" + hidden + "\"\r\n"));
            rows.add(
                raw(
                    "D23 a line feed in a chunk's extension" + with,
                    verdict,
                    CONTAINER,
                    POST + more + chunked + "\r\n2;\nxx\r\n45\r\n0\r\n\r\n" + hidden));
          }
          return rows;
        });
  }

  /** An HTTP/0.9 request cannot carry a token, so it gets nothing. */
  @TestFactory
  Stream<DynamicContainer> http09GetsNothing() throws IOException {
    return containers.tests(
        app ->
            Stream.of(
                    "GET /secure/x\r\n\r\n", "GET /secure/x\r\n", "GET /secure/x HTTP/0.9\r\n\r\n")
                .map(
                    text ->
                        AttackCase.of(
                            "D16 " + text.replace("\r\n", "~"),
                            CONTAINER,
                            it -> refusedOutright(it, text)))
                .toList());
  }

  /** Asserts a refusal that may have no head at all. */
  private static Answer refusedOutright(AttackedApp app, String text) throws IOException {
    String whole = app.http().sendAndReadAll(text);
    assertThat(whole).doesNotContain("secret of");
    return new Answer("HTTP/1.1 400 Bad Request", whole);
  }

  @TestFactory
  Stream<DynamicContainer> decidesPipelinedRequestsSeparately() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          String good = START + bearer(open) + "\r\n";
          String bad = START + bearer(open + "x") + "\r\n";
          List<AttackCase> rows = new ArrayList<>();
          for (String last : List.of(START + END, START + "Authorization: Bearer x\r\n" + END)) {
            String name = last.equals(START + END) ? "no token" : "junk";
            rows.add(second("D26 a good token, then " + name, OK, good + last));
            rows.add(second("D26 a bad token, then " + name, INVALID, bad + last));
          }
          rows.add(
              second(
                  "D26 a good token, a log-in, then no token", OK, good + login() + START + END));
          rows.add(
              second(
                  "D26 what is public, then no token",
                  PUBLIC,
                  good.replace("/secure/", "/public/") + START + END));
          return rows;
        });
  }

  private static String login() {
    return "GET /security/rest/token/access/session/5 HTTP/1.1\r\n"
        + HOST
        + "Authorization: "
        + WebApp.basic(Accounts.ALICE)
        + "\r\n\r\n";
  }

  /** Returns a case of several answers on one connection, the last of which is 401. */
  private static AttackCase second(String name, ExpectedAnswer first, String text) {
    return AttackCase.of(
        name,
        first,
        app -> {
          Answer both = app.http().raw(text);
          int next = both.body().lastIndexOf("HTTP/1.1 ");
          assertThat(both.body().substring(next)).startsWith("HTTP/1.1 401");
          return new Answer(both.head(), both.body().substring(0, next));
        });
  }
}
