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
 * D14: spellings of cookies. Containers read some of them in different ways; none is a wrong id.
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

  /** Rows that send a session token in the header, and its session id in such cookies. */
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

    Cookies differ(String name, String... lines) {
      return row(name, EnumSet.of(BAD_REQUEST), lines);
    }

    /** It is the right id for one who reads it so. */
    Cookies either(String name, String... lines) {
      return row(name, EnumSet.of(OK, INVALID, CONTAINER), lines);
    }

    /** The container may drop the cookie, refuse the request, or see a wrong id. */
    Cookies never(String name, String... lines) {
      return row(name, EnumSet.of(INVALID, BAD_REQUEST, CONTAINER), lines);
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
              .either("spaces around the equals sign", "SESSION = " + id)
              .either("in quotes", "SESSION=\"" + id + "\"")
              .either("a version before it", "$Version=1; " + own)
              .either("a path after it", "$Version=1; " + own + "; $Path=/")
              .either("an empty name before it", "=x; " + own)
              .either("a bad one before it", "a=b\"c; " + own)
              .either("an open quote before it", "a=\"b; " + own)
              .wrong("none")
              .wrong("another's", others)
              .wrong("the name in small letters", "session=" + id)
              .wrong("the name in mixed letters", "Session=" + id)
              .wrong("an empty name", "=" + id)
              .wrong("the id as a name", id)
              .wrong(
                  "percent-encoded",
                  "SESSION=%" + Integer.toHexString(id.charAt(0)) + id.substring(1))
              .never("in another's quotes", "SESSION=\"" + bob + "; " + own + "\"")
              .either("more in its quotes", "SESSION=\"" + id + "; x=y\"")
              .either("an unterminated quote", "SESSION=\"" + id)
              .never("a quote after it", own + "\"")
              .never("a comma, another's", own + "," + others)
              .never("another's, a comma", others + "," + own)
              .never("a space and more", own + " b")
              .never("escaped in quotes", "SESSION=\"\\" + id + "x\"")
              .never("Latin-1 after it", own + "\u00e9")
              .never(
                  "the first of it in another",
                  "SESSION=" + bob.substring(0, 20) + id.substring(20))
              .differ("another's after it", own + "; " + others)
              .differ("another's before it", others + "; " + own)
              .differ("another's in a line", own, others)
              .differ("junk after it", own + "; SESSION=x")
              .rows;
        });
  }

  /** The same for the token's own cookie, with no header. */
  @TestFactory
  Stream<DynamicContainer> tokens() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          List<Row> rows = new ArrayList<>();
          rows.addAll(token("as it should be", EnumSet.of(OK), "token=" + open));
          rows.addAll(token("in capitals", EnumSet.of(NOTHING), "TOKEN=" + open));
          rows.addAll(token("an empty one", EnumSet.of(NOTHING), "token="));
          rows.addAll(
              token("in quotes", EnumSet.of(OK, INVALID, CONTAINER), "token=\"" + open + "\""));
          rows.addAll(
              token(
                  "an unterminated quote",
                  EnumSet.of(OK, INVALID, NOTHING, CONTAINER),
                  "token=\"" + open));
          rows.addAll(
              token("with its scheme", EnumSet.of(INVALID, NOTHING), "token=Bearer " + open));
          rows.addAll(token("cut", EnumSet.of(INVALID), "token=" + open.substring(1)));
          rows.addAll(
              token(
                  "a comma, more",
                  EnumSet.of(INVALID, NOTHING, CONTAINER),
                  "token=" + open + ",token=x"));
          return rows;
        });
  }

  private static List<Row> token(String name, Set<Verdict> allowed, String cookie) {
    return Delivery.rows("D14 a token, " + name, allowed, "Cookie: " + cookie);
  }
}
