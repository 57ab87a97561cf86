package org.tokenfilter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.ByzantineStore;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.SessionId;

/** Cases C14, L03, P05 and I9: the audit log of each event, and the secrets that no log shows. */
final class AuditOverHttpTest {

  private static final String CLIENT = " client=\"127.0.0.1\"";

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
  private final ByzantineStore store =
      new ByzantineStore(new InMemoryTokenStore(clock, Duration.ofHours(1)));
  @TempDir private Path folder;
  private LogLines all;
  private LogLines audit;
  private TokenSecurity security;
  private WebApp app;

  @BeforeEach
  void startApplication() throws Exception {
    all = new LogLines("org.tokenfilter");
    audit = new LogLines("org.tokenfilter.audit");
    security =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .setting("token.sessions.limit", "2")
            .setting("token.sessions.policy", "evict-oldest")
            .setting("token.trusted-proxies", "127.0.0.1")
            .clock(clock)
            .store(store)
            .build();
    app =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet("/api/who", (request, response) -> response.getWriter().print("served"))
            .start();
  }

  @AfterEach
  void stopApplication() {
    app.close();
    security.close();
    audit.close();
    all.close();
  }

  @Test
  void logsOneLinePerSessionEvent() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    String handle = " handle=" + handle(session);
    assertThat(audit.take())
        .containsExactly("INFO event=issued kind=session" + handle + " subject=\"alice\"" + CLIENT);

    assertThat(who(session)).isEqualTo(200);
    assertThat(audit.take()).containsExactly("DEBUG event=renewed" + handle);

    assertThat(logout(session)).isEqualTo(204);
    assertThat(audit.take()).containsExactly("INFO event=ended" + handle + " reason=closed");

    assertThat(who(session)).isEqualTo(401);
    assertThat(logout(session)).isEqualTo(204);
    assertThat(audit.take())
        .hasSize(2)
        .containsOnly("DEBUG event=refused rejection=closed why=\"closed\"" + CLIENT);
  }

  @Test
  void marksOpenTokenThatNeverExpires() throws Exception {
    app.open(Accounts.ADMIN, 0);
    app.open(Accounts.ADMIN, 5);
    assertThat(audit.take())
        .satisfiesExactly(
            never ->
                assertThat(never)
                    .matches(
                        "INFO event=issued kind=open handle=[A-Za-z0-9_-]{8} subject=\"admin\""
                            + CLIENT
                            + " expires=never"),
            limited -> assertThat(limited).endsWith(CLIENT));
  }

  @Test
  void logsEvictedAndExpiredSessions() throws Exception {
    Session first = app.session(Accounts.ALICE, 5);
    Session second = app.session(Accounts.ALICE, 5);
    audit.take();
    app.session(Accounts.ALICE, 5);
    assertThat(audit.take())
        .hasSize(2)
        .first()
        .asString()
        .matches("INFO event=ended handle=[A-Za-z0-9_-]{8} reason=evicted");
    List<String> refused = new ArrayList<>();
    for (Session session : List.of(first, second)) {
      if (who(session) == 401) {
        refused.addAll(audit.take());
      }
      audit.take();
    }
    assertThat(refused)
        .containsExactly("DEBUG event=refused rejection=evicted why=\"evicted\"" + CLIENT);

    clock.move(Duration.ofMinutes(5));
    assertThat(who(second)).isEqualTo(401);
    assertThat(audit.take()).singleElement().asString().startsWith("DEBUG event=refused");
  }

  @Test
  void ordinaryRefusalsAreNotWarnings() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    audit.take();
    assertThat(app.get("/api/who").statusCode()).isEqualTo(401);
    assertThat(bearer("nonsense")).isEqualTo(401);
    assertThat(bearer(session.token())).isEqualTo(401);
    clock.move(Duration.ofMinutes(5));
    assertThat(who(session)).isEqualTo(401);
    assertThat(audit.take())
        .hasSize(3)
        .allMatch(line -> line.startsWith("DEBUG event=refused rejection="));
  }

  @Test
  void c14_warnsOfTokenPresentedByAnotherClient() throws Exception {
    Session alice = app.session(Accounts.ALICE, 5);
    Session bob = app.session(Accounts.BOB, 5);
    audit.take();

    assertThat(who(new Session(alice.token(), bob.id()))).isEqualTo(401);
    assertThat(audit.take())
        .containsExactly(
            "WARN event=refused rejection=invalid why=\"the session id is another token's\""
                + CLIENT);

    List<String> elsewhere = new ArrayList<>(List.of(alice.headers()));
    elsewhere.addAll(List.of("X-Forwarded-For", "192.0.2.9"));
    assertThat(app.get("/api/who", elsewhere.toArray(new String[0])).statusCode()).isEqualTo(401);
    assertThat(audit.take())
        .containsExactly(
            "WARN event=refused rejection=invalid why=\"presented by another client\""
                + " client=\"192.0.2.9\"");
    assertThat(who(alice)).isEqualTo(200);
  }

  @Test
  void warnsOfWrongPasswordWithUsernameOnly() throws Exception {
    assertThat(login("alice:looking-glass")).isEqualTo(401);
    assertThat(audit.take())
        .containsExactly(
            "WARN event=login-failed username=\"alice\" rejection=wrong-credentials" + CLIENT);
  }

  @Test
  void p05_usernameForgesNeitherLineNorCharacter() throws Exception {
    Map<String, String> names =
        Map.of(
            "ad\r\nmin", "ad\\u000d\\u000amin",
            "ad\u2028min\u0085", "ad\\u2028min\\u0085",
            "nul\0", "nul\\u0000",
            "a\" rejection=none b=\"", "a\\\" rejection=none b=\\\"",
            "back\\slash", "back\\\\slash",
            "\u202enimda", "\\u202enimda",
            "zero\u200bwidth", "zero\\u200bwidth",
            "\ud83d\ude00", "\\ud83d\\ude00",
            "\u001b[31mred\u007f", "\\u001b[31mred\\u007f",
            "${jndi}{}%n%s", "${jndi}{}%n%s");
    for (Map.Entry<String, String> name : names.entrySet()) {
      assertThat(login(name.getKey() + ":password")).isEqualTo(401);
      assertThat(audit.take())
          .containsExactly(
              "WARN event=login-failed username=\""
                  + name.getValue()
                  + "\" rejection=wrong-credentials"
                  + CLIENT);
    }
  }

  @Test
  void cutsLongUsernames() throws Exception {
    for (int length : new int[] {255, 256, 4000}) {
      assertThat(login("x".repeat(length) + ":password")).isEqualTo(401);
      assertThat(audit.take())
          .containsExactly(
              "WARN event=login-failed username=\""
                  + "x".repeat(255)
                  + (length > 255 ? "..." : "")
                  + "\" rejection=wrong-credentials"
                  + CLIENT);
    }
  }

  @Test
  void i9_noLogLineHoldsASecret() throws Exception {
    List<String> secrets = new ArrayList<>();
    Session alice = app.session(Accounts.ALICE, 5);
    Session bob = app.session(Accounts.BOB, 5);
    String open = app.open(Accounts.ADMIN, 0);
    for (Session session : List.of(alice, bob)) {
      secrets.add(session.id());
      secrets.add(session.token());
    }
    secrets.add(open);
    secrets.addAll(List.of("wonderland", "looking-glass", "not-the-password"));
    for (String credentials : List.of(Accounts.ALICE, Accounts.BOB, Accounts.ADMIN)) {
      secrets.add(WebApp.basic(credentials).substring("Basic ".length()));
    }
    secrets.add(WebApp.member(Files.readString(folder.resolve("keys.jwks")), "k"));

    assertThat(who(alice)).isEqualTo(200);
    assertThat(bearer(open)).isEqualTo(200);
    assertThat(bearer(alice.token())).isEqualTo(401);
    assertThat(bearer(alice.token() + "=")).isEqualTo(401);
    assertThat(bearer(alice.token().substring(0, 100))).isEqualTo(401);
    assertThat(who(new Session(alice.token(), bob.id()))).isEqualTo(401);
    assertThat(who(new Session(alice.token(), bob.id() + "x"))).isEqualTo(401);
    assertThat(app.get("/api/who?token=" + open).statusCode()).isEqualTo(401);
    assertThat(login("alice:not-the-password")).isEqualTo(401);
    assertThat(login("not-the-password-as-a-name")).isEqualTo(401);
    for (Call call : Call.values()) {
      store.inject(
          call,
          truth -> {
            throw new IOException("broken");
          });
      assertThat(who(bob)).isGreaterThanOrEqualTo(200);
      assertThat(login(Accounts.BOB)).isGreaterThanOrEqualTo(200);
      assertThat(logout(bob)).isGreaterThanOrEqualTo(200);
      store.clearFaults();
    }
    assertThat(logout(alice)).isEqualTo(204);
    assertThat(who(alice)).isEqualTo(401);

    List<String> lines = new ArrayList<>(all.lines());
    lines.addAll(audit.lines());
    assertThat(lines).hasSizeGreaterThan(20);
    for (String secret : secrets) {
      // A part of a long secret is secret, too; a part of a short one may be a common word.
      String piece = secret.length() < 20 ? secret : secret.substring(secret.length() - 16);
      assertThat(lines).noneMatch(line -> line.contains(piece));
    }
  }

  private static String handle(Session session) {
    return SessionId.parse(session.id()).tokenId().toString().substring(0, 8);
  }

  private int who(Session session) throws Exception {
    return app.get("/api/who", session.headers()).statusCode();
  }

  private int bearer(String token) throws Exception {
    return app.get("/api/who", "Authorization", "Bearer " + token).statusCode();
  }

  private int login(String credentials) throws Exception {
    return app.get(
            "/security/rest/token/access/session/5", "Authorization", WebApp.basic(credentials))
        .statusCode();
  }

  private int logout(Session session) throws Exception {
    return app.send("POST", "/security/rest/token/logout", session.headers()).statusCode();
  }
}
