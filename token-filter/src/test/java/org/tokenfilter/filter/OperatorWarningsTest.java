package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Subject;

/** The log lines for operators, and their number, about rejected and undecidable requests. */
final class OperatorWarningsTest {

  private static final String LOGIN = "/security/rest/token/access/5";

  @TempDir private Path folder;
  private final FaultyTokenStore store = new FaultyTokenStore(new InMemoryTokenStore());
  private TokenSecurity security;
  private WebApp app;
  private RawHttp client;
  private LogLines log;

  @BeforeEach
  void startTheApplication() throws Exception {
    security =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .setting("token.carriers", "bearer,cookie")
            // Each request asks the store, so its failures show at once.
            .setting("token.revocation.lag", "PT0S")
            .setting("token.paths.public", "/public/*")
            // Only requests call the store.
            .setting("token.sweep.interval", "PT1H")
            .store(store)
            .build();
    app =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet("/api/*", (request, response) -> response.getWriter().print("api"))
            .servlet(
                "/public/page",
                (request, response) -> {
                  response.getWriter().print("page");
                  Objects.requireNonNull(request.getRequestDispatcher("/api/part"))
                      .include(request, response);
                })
            .start();
    client = RawHttp.to(app);
    log = new LogLines("org.tokenfilter", Level.WARN);
  }

  @AfterEach
  void stopTheApplication() {
    app.close();
    security.close();
    log.close();
  }

  private IssuedToken token() throws Exception {
    return security
        .service()
        .issueOpen(Subject.of("alice"), Duration.ofMinutes(5), ClientAddress.parse("127.0.0.1"));
  }

  @Test
  void logsTwoLinesForAnOutageOfThousandRequests() throws Exception {
    String bearer = "Authorization: Bearer " + token().value();
    store.failAll();
    for (int i = 0; i < 500; i++) {
      assertThat(client.get("/api/x", bearer).status()).isEqualTo(503);
      assertThat(client.get(LOGIN, "Authorization: " + WebApp.basic(Accounts.ALICE)).status())
          .isEqualTo(503);
    }
    store.clearFaults();
    assertThat(client.get(LOGIN, "Authorization: " + WebApp.basic(Accounts.ALICE)).status())
        .isEqualTo(200);
    for (int i = 0; i < 3; i++) {
      assertThat(client.get("/api/x", bearer).status()).isEqualTo(200);
    }
    List<String> lines = log.lines();
    assertThat(lines).as(String.join("\n", lines)).hasSize(2);
    assertThat(lines.get(0)).startsWith("WARN Requests cannot be decided").doesNotContain("\n");
    assertThat(lines.get(1)).isEqualTo("WARN Requests are decided again (1000 failures)");
  }

  @Test
  void warnsOnceAboutDifferingTokens() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(
              client
                  .get(
                      "/api/x",
                      "Authorization: Bearer " + token().value(),
                      "Cookie: token=" + token().value())
                  .status())
          .isEqualTo(400);
      assertThat(
              client.get("/api/x", "Authorization: Bearer a", "Authorization: Bearer b").status())
          .isEqualTo(400);
    }
    assertThat(log.lines())
        .hasSize(2)
        .allMatch(
            line -> line.startsWith("WARN A request from 127.0.0.1 is refused with 400: two "))
        .allMatch(line -> line.contains("second cookie of the same name"));
  }

  @Test
  void warnsOnceAboutCrossSiteRequest() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(
              client
                  .send(
                      "POST",
                      "/api/x",
                      "Cookie: token=" + token().value(),
                      "Origin: https://shop.example\"\u00e9",
                      "Content-Length: 0")
                  .status())
          .isEqualTo(403);
    }
    assertThat(log.lines())
        .singleElement()
        .asString()
        .startsWith("WARN A request from 127.0.0.1 is refused with 403: ")
        .contains("\"https://shop.example\\\"\\u00e9\"", "token.origins", "token.trusted-proxies");
  }

  @Test
  void warnsOnceAboutOriginOfAnotherPort() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(
              client
                  .send(
                      "POST",
                      "/api/x",
                      "Cookie: token=" + token().value(),
                      "Host: shop.example",
                      "Origin: https://shop.example:8443",
                      "Content-Length: 0")
                  .status())
          .isEqualTo(403);
    }
    assertThat(log.lines())
        .singleElement()
        .asString()
        .startsWith("WARN A request from 127.0.0.1 is refused with 403: ")
        .contains("another port", "\"https://shop.example:8443\"", "\"http://shop.example\"")
        .contains("$http_host", "X-Forwarded-Port", "token.trusted-proxies", "token.origins");
  }

  @Test
  void warnsOnceForEachCauseAboutForwardedHeaders() throws Exception {
    try (TokenSecurity behind =
            TokenSecurity.builder()
                .settings(Accounts.settings(Files.createDirectory(folder.resolve("behind"))))
                .setting("token.trusted-proxies", "127.0.0.1")
                .build();
        WebApp other =
            new WebApp()
                .filter(new TokenFilter(behind), Map.of())
                .servlet("/security/rest/*", new AccessTokenServlet())
                .start()) {
      log.take();
      for (int i = 0; i < 20; i++) {
        for (String[] lines :
            List.of(
                new String[] {"X-Forwarded-For: 192.0.2.9", "Forwarded: for=192.0.2.8"},
                new String[] {"X-Forwarded-For: unknown"},
                new String[] {"Forwarded: for=\""})) {
          List<String> all =
              new ArrayList<>(List.of("Authorization: " + WebApp.basic(Accounts.ALICE)));
          all.addAll(List.of(lines));
          assertThat(RawHttp.to(other).get(LOGIN, all.toArray(String[]::new)).status())
              .isEqualTo(400);
        }
      }
      assertThat(log.lines())
          .hasSize(3)
          .allMatch(line -> line.startsWith("WARN A request by way of \"127.0.0.1\" is refused"))
          .allMatch(line -> line.contains("with 400: forwarded headers "))
          .allMatch(line -> line.contains("overwrite"));
    }
  }

  @Test
  void warnsOnceAboutClientsChangingIpVersion() throws Exception {
    try (TokenSecurity behind =
            TokenSecurity.builder()
                .settings(Accounts.settings(Files.createDirectory(folder.resolve("versions"))))
                .setting("token.trusted-proxies", "127.0.0.1")
                .build();
        WebApp other =
            new WebApp()
                .filter(new TokenFilter(behind), Map.of())
                .servlet("/security/rest/*", new AccessTokenServlet())
                .start()) {
      IssuedToken token =
          behind
              .service()
              .issueSession(
                  Subject.of("alice"), Duration.ZERO, ClientAddress.parse("192.0.2.1"), Set.of());
      log.take();
      for (int i = 0; i < 20; i++) {
        assertThat(
                RawHttp.to(other)
                    .get(
                        "/api/x",
                        "Authorization: Bearer " + token.value(),
                        "session: " + Objects.requireNonNull(token.sessionId()).value(),
                        "X-Forwarded-For: 2001:db8::1")
                    .status())
            .isEqualTo(401);
      }
      assertThat(log.lines())
          .singleElement()
          .asString()
          .startsWith("WARN A session token is refused with 401")
          .contains("2001:db8:0:0:0:0:0:1", "IPv4 and IPv6", "token.binding=dual-stack");
    }
  }

  @Test
  void warnsOnceAboutRefusedInclude() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(client.get("/public/page").body()).isEqualTo("page");
    }
    assertThat(log.lines())
        .singleElement()
        .asString()
        .startsWith("WARN A dispatch (INCLUDE) to something protected is refused");
  }

  /** Ordinary mistakes of clients are for the audit log only. */
  @Test
  void doesNotLogOrdinaryRejections() throws Exception {
    IssuedToken token = token();
    security.service().revoke(token.record().id());
    for (String[] headers :
        List.of(
            new String[0],
            new String[] {"Authorization: Bearer abc"},
            new String[] {"Authorization: Bearer " + token.value()})) {
      assertThat(client.get("/api/x", headers).status()).isEqualTo(401);
    }
    assertThat(log.lines()).isEmpty();
  }

  /** A revocation is final, so it is read once a minute, and not at all while the store is down. */
  @Test
  void readsRevokedTokenOnce() throws Exception {
    IssuedToken token = token();
    String bearer = "Authorization: Bearer " + token.value();
    store.revoke(
        token.record().id(), Revocation.of(RevocationReason.CLOSED, security.clock().instant()));
    for (int i = 0; i < 3; i++) {
      assertThat(client.get("/api/x", bearer).body()).contains("\"reason\":\"closed\"");
    }
    int finds = store.callCount(FaultyTokenStore.Call.FIND);
    for (int i = 0; i < 100; i++) {
      assertThat(client.get("/api/x", bearer).body()).contains("\"reason\":\"closed\"");
    }
    assertThat(store.callCount(FaultyTokenStore.Call.FIND)).isEqualTo(finds);
    store.failAll();
    assertThat(client.get("/api/x", bearer).body()).contains("\"reason\":\"closed\"");
  }
}
