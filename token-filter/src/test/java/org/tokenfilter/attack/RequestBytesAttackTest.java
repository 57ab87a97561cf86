package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.attack.Verdict.CONTAINER;
import static org.tokenfilter.attack.Verdict.INVALID;
import static org.tokenfilter.attack.Verdict.NOTHING;
import static org.tokenfilter.attack.Verdict.OK;
import static org.tokenfilter.attack.Verdict.PUBLIC;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.Accounts;
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.WebApp;
import org.tokenfilter.WebApp.Session;

/** D: requests that no client should send, byte by byte. */
@TestInstance(Lifecycle.PER_CLASS)
final class RequestBytesAttackTest {

  private static final String END = "Connection: close\r\n\r\n";
  private static final String HOST = "Host: 127.0.0.1\r\n";
  private static final String GET = "GET /secure/x HTTP/1.1\r\n";
  private static final String START = GET + HOST;
  private static final String POST = "POST /secure/x HTTP/1.1\r\n" + HOST;

  private EachContainer containers;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    containers = new EachContainer(folder, plan -> plan);
  }

  @AfterAll
  void stop() {
    containers.close();
  }

  private static Row raw(String name, Verdict verdict, String text) {
    return Row.of(name, verdict, app -> app.http().raw(text));
  }

  private static Row raw(String name, Verdict verdict, Verdict or, String text) {
    return Row.of(name, verdict, or, app -> app.http().raw(text));
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token + "\r\n";
  }

  @TestFactory
  Stream<DynamicContainer> controls() throws IOException {
    return containers.tests(
        app -> {
          String open = app.openForBadLines(Accounts.ALICE);
          List<Row> rows = new ArrayList<>();
          for (char control : new char[] {0, 1, 7, 8, 0x0b, 0x0c, '\r', 0x1b, 0x7f}) {
            String hex = Integer.toHexString(control);
            String cut = open.substring(0, 90) + control + open.substring(90);
            rows.add(raw("D11 in the token " + hex, INVALID, CONTAINER, START + bearer(cut) + END));
            rows.add(
                raw(
                    "D11 after the token " + hex,
                    INVALID,
                    CONTAINER,
                    START + bearer(open + control + "x") + END));
            rows.add(
                raw(
                    "D11 in the scheme " + hex,
                    NOTHING,
                    CONTAINER,
                    START + "Authorization: Bea" + control + "rer " + open + "\r\n" + END));
            rows.add(
                raw(
                    "D11 in the header's name " + hex,
                    NOTHING,
                    CONTAINER,
                    START + "Author" + control + "ization: Bearer " + open + "\r\n" + END));
          }
          rows.add(
              raw(
                  "D11 a line feed in the token",
                  INVALID,
                  CONTAINER,
                  START + bearer(open.substring(0, 90) + "\n" + open.substring(90)) + END));
          // A server may read a fold as a space (RFC 9112, 5.2).
          rows.add(
              new Row(
                  "D11 folded before the token",
                  EnumSet.of(OK, NOTHING, CONTAINER),
                  it -> it.http().raw(START + "Authorization: Bearer\r\n " + open + "\r\n" + END)));
          rows.add(
              raw(
                  "D11 folded within the token",
                  INVALID,
                  CONTAINER,
                  START + bearer(open.substring(0, 90) + "\r\n " + open.substring(90)) + END));
          return rows;
        });
  }

  /** Whoever ends a line by a line feed alone gets no more than by a line of its own. */
  @TestFactory
  Stream<DynamicContainer> lineFeeds() throws IOException {
    return containers.tests(
        app -> {
          Session alice = app.session(Accounts.ALICE, 0);
          String credentials = bearer(alice.token()) + "Cookie: SESSION=" + alice.id() + "\r\n";
          List<Row> rows = new ArrayList<>();
          for (String header :
              List.of(
                  "X-Forwarded-For: 127.0.0.1",
                  "Forwarded: for=127.0.0.1",
                  "X-Real-IP: 127.0.0.1")) {
            for (String before : List.of("X-A: b\n", "X-A: b\r\n", "X-A: b\r")) {
              rows.add(
                  Row.of(
                      "D11 an address after "
                          + before.substring(6).replace("\r", "CR").replace("\n", "LF")
                          + ", "
                          + header,
                      INVALID,
                      CONTAINER,
                      it ->
                          it.http()
                              .from("127.0.0.2")
                              .raw(START + credentials + before + header + "\r\n" + END)));
            }
          }
          return rows;
        });
  }

  @TestFactory
  Stream<DynamicContainer> manyHeaders() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          String cookies = "Cookie: " + "a=b; ".repeat(1_000) + "c=d\r\n";
          List<Row> rows = new ArrayList<>();
          for (boolean token : new boolean[] {false, true}) {
            String start = START + (token ? bearer(open) : "");
            String with = token ? " with a token" : "";
            Verdict verdict = token ? OK : NOTHING;
            rows.add(
                raw(
                    "D13 a header of 9 kB" + with,
                    verdict,
                    CONTAINER,
                    start + "X-A: " + "a".repeat(9_000) + "\r\n" + END));
            rows.add(
                raw(
                    "D13 a header of 60 kB" + with,
                    CONTAINER,
                    start + "X-A: " + "a".repeat(60_000) + "\r\n" + END));
            rows.add(
                raw(
                    "D13 200 headers" + with,
                    verdict,
                    CONTAINER,
                    start + "X-A: b\r\n".repeat(200) + END));
            rows.add(raw("D13 1,000 cookies" + with, verdict, CONTAINER, start + cookies + END));
            rows.add(
                raw(
                    "D13 500 cookies SESSION" + with,
                    verdict,
                    CONTAINER,
                    start + "Cookie: " + "SESSION=b; ".repeat(500) + "\r\n" + END));
          }
          rows.add(
              raw(
                  "D13 100 times the header",
                  Verdict.BAD_REQUEST,
                  CONTAINER,
                  START + "Authorization: Bearer x\r\n".repeat(90) + END));
          rows.add(
              raw(
                  "D13 a token of 7 kB",
                  INVALID,
                  CONTAINER,
                  START + bearer("a".repeat(7_000)) + END));
          return rows;
        });
  }

  @TestFactory
  Stream<DynamicContainer> framing() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          String hidden = "GET /secure/hidden HTTP/1.1\r\n" + HOST + "\r\n";
          String chunked = "Transfer-Encoding: chunked\r\n";
          List<Row> rows = new ArrayList<>();
          for (boolean token : new boolean[] {false, true}) {
            String more = token ? bearer(open) : "";
            String with = token ? " with a token" : "";
            Verdict verdict = token ? OK : NOTHING;
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

  /** A request of HTTP/0.9 cannot carry a token, so it gets nothing. */
  @TestFactory
  Stream<DynamicContainer> oldestProtocol() throws IOException {
    return containers.tests(
        app ->
            Stream.of(
                    "GET /secure/x\r\n\r\n", "GET /secure/x\r\n", "GET /secure/x HTTP/0.9\r\n\r\n")
                .map(
                    text ->
                        Row.of(
                            "D16 " + text.replace("\r\n", "~"),
                            CONTAINER,
                            it -> refusedOutright(it, text)))
                .toList());
  }

  /** Its answer may have no head at all. */
  private static Answer refusedOutright(AttackedApp app, String text) throws IOException {
    String whole = app.http().whole(text);
    assertThat(whole).doesNotContain("secret of");
    return new Answer("HTTP/1.1 400 Bad Request", whole);
  }

  @TestFactory
  Stream<DynamicContainer> pipelined() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          String good = START + bearer(open) + "\r\n";
          String bad = START + bearer(open + "x") + "\r\n";
          List<Row> rows = new ArrayList<>();
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

  /** Answers on one connection, of which the last is 401. */
  private static Row second(String name, Verdict first, String text) {
    return Row.of(
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
