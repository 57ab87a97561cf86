package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.tokenfilter.config.KeyFile.key;
import static org.tokenfilter.config.KeyFile.kidOf;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.keys.JwkSetFile;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/** Cases S15, S18 and F30: keys change while clients continue. */
final class KeyRotationTest {

  @TempDir private Path folder;
  private KeyFile file;
  private ReloadingFile<KeyRing> keys;
  private TokenSecurity security;
  private WebApp app;

  @BeforeEach
  void startTheApplication() throws Exception {
    file = new KeyFile(folder);
    file.replace(key("k1", "active"));
    keys = file.read();
    start(TokenSecurity.builder().keys(keys));
  }

  private void start(TokenSecurityBuilder builder) throws Exception {
    security =
        builder
            .settings(Accounts.settings(folder))
            .setting("token.sessions.limit", "0")
            .store(new InMemoryTokenStore())
            .build();
    app =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet(
                "/api/who",
                (request, response) -> response.getWriter().print(request.getRemoteUser()))
            .start();
  }

  @AfterEach
  void stopTheApplication() {
    app.close();
    security.close();
  }

  @Test
  void s15_rotationUnderLoadRefusesNoRequest() throws Exception {
    try (Traffic traffic = new Traffic(app, 4)) {
      traffic.awaitRequests(200);

      change(key("k1", "active"), key("k2", "staged"));
      traffic.awaitRequests(200);
      assertThat(kidOf(login().token())).isEqualTo("k1");

      change(key("k1", "accept"), key("k2", "active"));
      assertThat(kidOf(login().token())).isEqualTo("k2");
      traffic.awaitRequests(400);

      List<Session> former = traffic.takeSessions(session -> kidOf(session.token()).equals("k1"));
      assertThat(former).isNotEmpty();
      for (Session session : former) {
        assertThat(status(session)).isEqualTo(200);
      }

      change(key("k1", "retired"), key("k2", "active"));
      for (Session session : former) {
        HttpResponse<String> answer = app.get("/api/who", session.headers());
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().allValues("WWW-Authenticate"))
            .containsExactly("Bearer realm=\"ROOT\", error=\"invalid_token\"");
      }
      traffic.awaitRequests(200);

      traffic.stop();
      assertThat(traffic.refusals()).isEmpty();
      assertThat(traffic.logins()).isGreaterThan(20);
      Files.writeString(
          Path.of("target", "rotation.txt"),
          "rotation k1 -> k2 under 4 clients: %d requests, of them %d logins; refused %d%n"
                  .formatted(traffic.requests(), traffic.logins(), traffic.refusals().size())
              + "k1 retired: %d of its %d tokens refused at once%n"
                  .formatted(former.size(), former.size()));
    }
  }

  @Test
  void f30_alternatingKeyRingsRefuseNoLiveToken() throws Exception {
    change(key("k1", "active"), key("k2", "accept"));
    try (Traffic traffic = new Traffic(app, 4)) {
      for (int turn = 0; turn < 30; turn++) {
        change(key("k1", "accept"), key("k2", "active"));
        traffic.awaitRequests(10);
        change(key("k1", "active"), key("k2", "accept"));
        traffic.awaitRequests(10);
      }
      traffic.stop();
      assertThat(traffic.refusals()).isEmpty();
      assertThat(traffic.takeSessions(session -> kidOf(session.token()).equals("k1"))).isNotEmpty();
      assertThat(traffic.takeSessions(session -> kidOf(session.token()).equals("k2"))).isNotEmpty();
    }
  }

  @Test
  void acceptsTokenOfStagedKeyFromAnotherNode() throws Exception {
    change(key("k1", "accept"), key("k2", "active"));
    Session ahead = login();
    change(key("k1", "active"), key("k2", "staged"));
    assertThat(status(ahead)).isEqualTo(200);
    assertThat(kidOf(login().token())).isEqualTo("k1");
  }

  /** A variant of C07: a client that returns with an old cookie gets a token of the new key. */
  @Test
  void reusedSessionGetsTokenOfTheActiveKey() throws Exception {
    Session session = login();
    change(key("k1", "accept"), key("k2", "active"));
    String joined =
        WebApp.member(
            app.get(
                    "/security/rest/token/access/session/5",
                    "Authorization",
                    WebApp.basic(Accounts.ALICE),
                    "Cookie",
                    "SESSION=" + session.id())
                .body(),
            "access_token");
    assertThat(kidOf(joined)).isEqualTo("k2");
    change(key("k1", "retired"), key("k2", "active"));
    assertThat(status(new Session(joined, session.id()))).isEqualTo(200);
    assertThat(status(session)).isEqualTo(401);
  }

  @Test
  void missingKeyIsTreatedAsRetired() throws Exception {
    Session session = login();
    change(key("k2", "active"));
    assertThat(status(session)).isEqualTo(401);
    assertThat(status(login())).isEqualTo(200);
  }

  /** Container platforms mount a file as a link into a folder that is itself a link. */
  @Test
  void mountedSecretIsRotatedByItsLink() throws Exception {
    Path first = mountedFolder("first", key("k1", "active"));
    Path data = Files.createSymbolicLink(folder.resolve("..data"), first);
    Path link = folder.resolve("mounted.jwks");
    Files.createSymbolicLink(link, data.resolve("keys.jwks"));
    ReloadingFile<KeyRing> mounted = new ReloadingFile<>(link, JwkSetFile::read);
    mounted.check();
    mounted.check();
    mounted.check();
    mounted.check();

    Path second = mountedFolder("second", key("k1", "accept"), key("k2", "active"));
    Path draft = Files.createSymbolicLink(folder.resolve("..data_tmp"), second);
    Files.move(draft, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    mounted.check();
    mounted.check();
    assertThat(mounted.get().keys())
        .hasToString("[k1 accept A128CBC-HS256, k2 active A128CBC-HS256]");
  }

  private Path mountedFolder(String name, String... set) throws Exception {
    Path made = Files.createDirectory(folder.resolve(name));
    Path secret = Files.writeString(made.resolve("keys.jwks"), KeyFile.set(set));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("r--r-----"));
    return made;
  }

  /** A measured time would depend on the load of the machine; two checks are needed at most. */
  @Test
  void changedFileIsAppliedWithinFiveSeconds() throws Exception {
    stopTheApplication();
    start(TokenSecurity.builder());
    Session session = login();
    assertThat(kidOf(session.token())).isEqualTo("k1");

    file.replace(key("k1", "retired"), key("k2", "active"));

    assertThat(TokenSecurityBuilder.FILE_CHECK_INTERVAL.multipliedBy(2))
        .isLessThan(Duration.ofSeconds(5));
    await().until(() -> status(session) == 401);
    assertThat(kidOf(login().token())).isEqualTo("k2");
  }

  private void change(String... set) throws Exception {
    file.replace(set);
    keys.check();
    keys.check();
  }

  private Session login() throws Exception {
    return app.session(Accounts.ALICE, 5);
  }

  private int status(Session session) throws Exception {
    return app.get("/api/who", session.headers()).statusCode();
  }
}
