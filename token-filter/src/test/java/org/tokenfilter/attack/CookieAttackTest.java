package org.tokenfilter.attack;

import static org.tokenfilter.attack.Verdict.BAD_REQUEST;
import static org.tokenfilter.attack.Verdict.CONTAINER;
import static org.tokenfilter.attack.Verdict.INVALID;
import static org.tokenfilter.attack.Verdict.NOTHING;
import static org.tokenfilter.attack.Verdict.OK;

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
import org.tokenfilter.Accounts;
import org.tokenfilter.WebApp.Session;

/**
 * D14: forms of cookies. The library reads them from their header, in the same way on every
 * container; a missing cookie counts as a wrong id.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class CookieAttackTest {

  private EachContainer containers;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    containers =
        new EachContainer(
            folder,
            plan -> plan.filterParam("token.carriers", "bearer, cookie").with(Delivery::register));
  }

  @AfterAll
  void stop() {
    containers.close();
  }

  /** Cases that send a session token in the header and its session id in cookies. */
  private static final class Cookies {

    private final List<Row> rows = new ArrayList<>();
    private final Session session;

    Cookies(Session session) {
      this.session = session;
    }

    Cookies row(String name, Set<Verdict> allowed, String... lines) {
      String[] headers = new String[lines.length + 1];
      headers[0] = "Authorization: Bearer " + session.token();
      for (int i = 0; i < lines.length; i++) {
        headers[i + 1] = "Cookie: " + lines[i];
      }
      rows.addAll(Delivery.rows("D14 " + name, allowed, headers));
      return this;
    }

    Cookies right(String name, String... lines) {
      return row(name, EnumSet.of(OK), lines);
    }

    Cookies wrong(String name, String... lines) {
      return row(name, EnumSet.of(INVALID), lines);
    }

    /** Allows the container to refuse the request first. */
    Cookies never(String name, String... lines) {
      return row(name, EnumSet.of(INVALID, CONTAINER), lines);
    }
  }

  @TestFactory
  Stream<DynamicContainer> sessionIds() throws IOException {
    return containers.tests(
        app -> {
          Session alice = app.session(Accounts.ALICE, 0);
          String id = alice.id();
          String bob = app.session(Accounts.BOB, 0).id();
          String own = "SESSION=" + id;
          String others = "SESSION=" + bob;
          return new Cookies(alice)
              .right("as it should be", own)
              .right("other cookies around it", "a=b; " + own + "; c=d")
              .right("twice the same", own + "; " + own)
              .right("two lines, the same", own, own)
              .right("a semicolon after it", own + ";")
              .right("another name that ends alike", "XSESSION=" + bob + "; " + own)
              .right("another name in another case", "session=" + bob + "; " + own)
              .right("an empty one before it", "SESSION=; " + own)
              .wrong("spaces around the equals sign", "SESSION = " + id)
              .right("in quotes", "SESSION=\"" + id + "\"")
              .right("a version before it", "$Version=1; " + own)
              .right("a path after it", "$Version=1; " + own + "; $Path=/")
              .right("an empty name before it", "=x; " + own)
              .right("a bad one before it", "a=b\"c; " + own)
              .right("an open quote before it", "a=\"b; " + own)
              .right("a tabulator in another one", "a=\tb; " + own)
              .right("no semicolon between others", "a=b c=d; " + own)
              .right("what Spring Session gives", own + "; SESSION=ZGVhZC1iZWVm".repeat(2))
              .wrong("two of others", others + "; SESSION=x")
              .wrong("none")
              .wrong("another's", others)
              .wrong("the name in small letters", "session=" + id)
              .wrong("the name in mixed letters", "Session=" + id)
              .wrong("an empty name", "=" + id)
              .wrong("the id as a name", id)
              .wrong(
                  "percent-encoded",
                  "SESSION=%" + Integer.toHexString(id.charAt(0)) + id.substring(1))
              .wrong("in another's quotes", "SESSION=\"" + bob + "; " + own + "\"")
              .wrong("more in its quotes", "SESSION=\"" + id + "; x=y\"")
              .wrong("an unterminated quote", "SESSION=\"" + id)
              .wrong("a quote after it", own + "\"")
              .wrong("a comma, another's", own + "," + others)
              .wrong("another's, a comma", others + "," + own)
              .wrong("a space and more", own + " b")
              .wrong("escaped in quotes", "SESSION=\"\\" + id + "x\"")
              .never("Latin-1 after it", own + "\u00e9")
              .wrong(
                  "the first of it in another",
                  "SESSION=" + bob.substring(0, 20) + id.substring(20))
              .right("another's after it", own + "; " + others)
              .right("another's before it", others + "; " + own)
              .right("another's in a line", own, others)
              .right("junk after it", own + "; SESSION=x")
              .rows;
        });
  }

  /** Covers the token's own cookie, without a header. */
  @TestFactory
  Stream<DynamicContainer> tokens() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          List<Row> rows = new ArrayList<>();
          rows.addAll(token("as it should be", EnumSet.of(OK), "token=" + open));
          rows.addAll(token("in capitals", EnumSet.of(NOTHING), "TOKEN=" + open));
          rows.addAll(token("an empty one", EnumSet.of(NOTHING), "token="));
          rows.addAll(token("in quotes", EnumSet.of(OK), "token=\"" + open + "\""));
          rows.addAll(token("an unterminated quote", EnumSet.of(INVALID), "token=\"" + open));
          rows.addAll(token("with its scheme", EnumSet.of(INVALID), "token=Bearer " + open));
          rows.addAll(token("cut", EnumSet.of(INVALID), "token=" + open.substring(1)));
          rows.addAll(token("a comma, more", EnumSet.of(INVALID), "token=" + open + ",token=x"));
          String second = app.open(Accounts.BOB, 5);
          String own = "token=" + open;
          rows.addAll(token("junk before it", EnumSet.of(OK), "token=x; " + own));
          rows.addAll(token("junk after it", EnumSet.of(OK), own + "; token=x; token=y"));
          rows.addAll(token("junk alone", EnumSet.of(INVALID), "token=x; token=y"));
          rows.addAll(
              token("changed beside it", EnumSet.of(OK), own + "; token=A" + second.substring(1)));
          rows.addAll(token("another of ours", EnumSet.of(BAD_REQUEST), own + "; token=" + second));
          rows.addAll(
              token(
                  "another of ours after junk",
                  EnumSet.of(BAD_REQUEST),
                  "token=x; token=" + second + "; " + own));
          return rows;
        });
  }

  private static List<Row> token(String name, Set<Verdict> allowed, String cookie) {
    return Delivery.rows("D14 a token, " + name, allowed, "Cookie: " + cookie);
  }
}
