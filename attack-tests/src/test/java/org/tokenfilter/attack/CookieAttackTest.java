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
import org.tokenfilter.testsupport.WebApp.Session;

/**
 * D14: forms of cookies. The library reads them from their header, in the same way on every
 * container; a missing cookie counts as a wrong id.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class CookieAttackTest {

  private AllContainers containers;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    containers =
        new AllContainers(
            folder,
            plan ->
                plan.filterParam("token.carriers", "bearer, cookie")
                    .register(DispatchRoute::register));
  }

  @AfterAll
  void stop() {
    containers.close();
  }

  /** Cases that send a session token in the header and its session id in cookies. */
  private static final class Cookies {

    private final List<AttackCase> rows = new ArrayList<>();
    private final Session session;

    Cookies(Session session) {
      this.session = session;
    }

    Cookies row(String name, Set<ExpectedAnswer> allowed, String... lines) {
      String[] headers = new String[lines.length + 1];
      headers[0] = "Authorization: Bearer " + session.token();
      for (int i = 0; i < lines.length; i++) {
        headers[i + 1] = "Cookie: " + lines[i];
      }
      rows.addAll(DispatchRoute.rows("D14 " + name, allowed, headers));
      return this;
    }

    Cookies accepted(String name, String... lines) {
      return row(name, EnumSet.of(OK), lines);
    }

    Cookies refused(String name, String... lines) {
      return row(name, EnumSet.of(INVALID), lines);
    }

    /** Allows the container to refuse the request first. */
    Cookies refusedHereOrByContainer(String name, String... lines) {
      return row(name, EnumSet.of(INVALID, CONTAINER), lines);
    }
  }

  @TestFactory
  Stream<DynamicContainer> decidesSessionIdCookiesAlikeOnEachContainer() throws IOException {
    return containers.tests(
        app -> {
          Session alice = app.session(Accounts.ALICE, 0);
          String id = alice.id();
          String bob = app.session(Accounts.BOB, 0).id();
          String own = "SESSION=" + id;
          String others = "SESSION=" + bob;
          return new Cookies(alice)
              .accepted("as it should be", own)
              .accepted("other cookies around it", "a=b; " + own + "; c=d")
              .accepted("twice the same", own + "; " + own)
              .accepted("two lines, the same", own, own)
              .accepted("a semicolon after it", own + ";")
              .accepted("another name that ends alike", "XSESSION=" + bob + "; " + own)
              .accepted("another name in another case", "session=" + bob + "; " + own)
              .accepted("an empty one before it", "SESSION=; " + own)
              .refused("spaces around the equals sign", "SESSION = " + id)
              .accepted("in quotes", "SESSION=\"" + id + "\"")
              .accepted("a version before it", "$Version=1; " + own)
              .accepted("a path after it", "$Version=1; " + own + "; $Path=/")
              .accepted("an empty name before it", "=x; " + own)
              .accepted("a bad one before it", "a=b\"c; " + own)
              .accepted("an open quote before it", "a=\"b; " + own)
              .accepted("a tabulator in another one", "a=\tb; " + own)
              .accepted("no semicolon between others", "a=b c=d; " + own)
              .accepted("what Spring Session gives", own + "; SESSION=ZGVhZC1iZWVm".repeat(2))
              .refused("two of others", others + "; SESSION=x")
              .refused("none")
              .refused("another's", others)
              .refused("the name in small letters", "session=" + id)
              .refused("the name in mixed letters", "Session=" + id)
              .refused("an empty name", "=" + id)
              .refused("the id as a name", id)
              .refused(
                  "percent-encoded",
                  "SESSION=%" + Integer.toHexString(id.charAt(0)) + id.substring(1))
              .refused("in another's quotes", "SESSION=\"" + bob + "; " + own + "\"")
              .refused("more in its quotes", "SESSION=\"" + id + "; x=y\"")
              .refused("an unterminated quote", "SESSION=\"" + id)
              .refused("a quote after it", own + "\"")
              .refused("a comma, another's", own + "," + others)
              .refused("another's, a comma", others + "," + own)
              .refused("a space and more", own + " b")
              .refused("escaped in quotes", "SESSION=\"\\" + id + "x\"")
              .refusedHereOrByContainer("Latin-1 after it", own + "\u00e9")
              .refused(
                  "the first of it in another",
                  "SESSION=" + bob.substring(0, 20) + id.substring(20))
              .accepted("another's after it", own + "; " + others)
              .accepted("another's before it", others + "; " + own)
              .accepted("another's in a line", own, others)
              .accepted("junk after it", own + "; SESSION=x")
              .rows;
        });
  }

  /** Covers the token's own cookie, without a header. */
  @TestFactory
  Stream<DynamicContainer> decidesTokenCookiesAlikeOnEachContainer() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          List<AttackCase> rows = new ArrayList<>();
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

  private static List<AttackCase> token(String name, Set<ExpectedAnswer> allowed, String cookie) {
    return DispatchRoute.rows("D14 a token, " + name, allowed, "Cookie: " + cookie);
  }
}
