package org.tokenfilter.attack;

import static org.tokenfilter.attack.ExpectedAnswer.CONTAINER;
import static org.tokenfilter.attack.ExpectedAnswer.INVALID;
import static org.tokenfilter.attack.ExpectedAnswer.NOTHING;
import static org.tokenfilter.attack.ExpectedAnswer.OK;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp.Session;

/** D: malformed requests, byte by byte. */
final class RequestBytesAttackTest extends RawRequestAttack {

  @TestFactory
  Stream<DynamicContainer> refusesControlCharacters() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          List<AttackCase> rows = new ArrayList<>();
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
          // A server is allowed to read a fold as a space (RFC 9112, 5.2).
          rows.add(
              new AttackCase(
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

  /** A bare line feed gives no more access than a separate line. */
  @TestFactory
  Stream<DynamicContainer> bareLineFeedsGainNothing() throws IOException {
    return containers.tests(
        app -> {
          Session alice = app.session(Accounts.ALICE, 0);
          String credentials = bearer(alice.token()) + "Cookie: SESSION=" + alice.id() + "\r\n";
          List<AttackCase> rows = new ArrayList<>();
          for (String header :
              List.of(
                  "X-Forwarded-For: 127.0.0.1",
                  "Forwarded: for=127.0.0.1",
                  "X-Real-IP: 127.0.0.1")) {
            for (String before : List.of("X-A: b\n", "X-A: b\r\n", "X-A: b\r")) {
              rows.add(
                  AttackCase.of(
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
  Stream<DynamicContainer> refusesTooManyHeaders() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          String cookies = "Cookie: " + "a=b; ".repeat(1_000) + "c=d\r\n";
          List<AttackCase> rows = new ArrayList<>();
          for (boolean token : new boolean[] {false, true}) {
            String start = START + (token ? bearer(open) : "");
            String with = token ? " with a token" : "";
            ExpectedAnswer verdict = token ? OK : NOTHING;
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
                  ExpectedAnswer.BAD_REQUEST,
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
}
