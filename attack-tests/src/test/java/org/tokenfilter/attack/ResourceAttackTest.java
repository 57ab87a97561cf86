package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.attack.ExpectedAnswer.CONTAINER;
import static org.tokenfilter.attack.ExpectedAnswer.NOTHING;

import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.filter.TokenPrincipal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp.Session;

/** E20, E21: files that the container serves, and connections that stay open. */
@TestInstance(Lifecycle.PER_CLASS)
final class ResourceAttackTest {

  private static final String SECRET = "the secret of a file";

  private AllContainers containers;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    containers =
        AllContainers.withLaxTomcats(
            folder,
            plan ->
                plan.filterParam("token.paths.public", "/open/*, /public/*")
                    .register(ResourceAttackTest::register));
    for (String file :
        List.of("files/index.html", "files/x.css", "WEB-INF/web.xml", "META-INF/x")) {
      containers.write(file, SECRET);
    }
    containers.write("open/x.html", "open to all");
  }

  @AfterAll
  void stop() {
    containers.close();
  }

  private static void register(AttackedApp.Registrations it) {
    boolean jetty = it.context().getServerInfo().startsWith("jetty");
    Servlet files =
        jetty
            ? new org.eclipse.jetty.ee10.servlet.DefaultServlet()
            : new org.apache.catalina.servlets.DefaultServlet();
    it.servlet("default", files, "/")
        .servlet("upgrade", (q, s) -> upgrade(it.app(), q, s), "/live/socket")
        .servlet("events", (q, s) -> events(it.app(), q, s), "/live/events");
  }

  private static void upgrade(
      AttackedApp app, HttpServletRequest request, HttpServletResponse response) throws Exception {
    app.ran(request);
    response.setHeader("Upgrade", "echo");
    response.setHeader("Connection", "Upgrade");
    request.upgrade(Echo.class);
  }

  /** A handler that closes the upgraded connection at once. */
  public static final class Echo implements HttpUpgradeHandler {
    @Override
    public void init(WebConnection connection) {
      try {
        connection.getOutputStream().print("upgraded");
        connection.close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void destroy() {}
  }

  private static void events(
      AttackedApp app, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    app.ran(request);
    response.setContentType("text/event-stream");
    response.getWriter().print("data: " + request.getRemoteUser() + "\n\n");
    response.flushBuffer();
    // The token is revoked while the stream is open.
    app.security.service().revoke(handle(request));
    response.getWriter().print("data: still " + request.getRemoteUser() + "\n\n");
  }

  private static TokenId handle(HttpServletRequest request) {
    return ((TokenPrincipal) request.getUserPrincipal()).tokenId();
  }

  @TestFactory
  Stream<DynamicContainer> protectsFiles() throws IOException {
    return containers.tests(
        app -> {
          List<AttackCase> rows = new ArrayList<>();
          for (String path :
              List.of(
                  "/files",
                  "/files/",
                  "/files/index.html",
                  "/files/x.css",
                  "/files/x.css;x",
                  "/files/x%2ecss",
                  "/files/nothing",
                  "/",
                  "/WEB-INF/web.xml",
                  "/web-inf/web.xml",
                  "/WEB-INF/",
                  "/META-INF/x",
                  "/files/../WEB-INF/web.xml",
                  "/robots.txt")) {
            for (String method : List.of("GET", "POST", "PUT", "DELETE")) {
              rows.add(
                  AttackCase.of(
                      "E20 " + method + " " + path,
                      NOTHING,
                      CONTAINER,
                      it -> withoutSecret(it.http().send(method, path))));
            }
          }
          for (String path :
              List.of(
                  "/open/..%2ffiles/x.css",
                  "/open/%2e%2e/files/x.css",
                  "/open/..;/files/x.css",
                  "/open%2f..%2ffiles%2fx.css",
                  "/open/..%5cfiles%5cx.css",
                  "/open/..\\files\\x.css",
                  "/open//..%2ffiles/x.css",
                  "/open/..%252ffiles/x.css",
                  "/open/%2e%2e%2fWEB-INF/web.xml",
                  "/open/../WEB-INF/web.xml")) {
            rows.add(
                new AttackCase(
                    "E20 " + path,
                    EnumSet.of(NOTHING, CONTAINER),
                    it -> withoutSecret(it.http().get(path))));
          }
          return rows;
        });
  }

  private static Answer withoutSecret(Answer answer) {
    assertThat(answer.body()).doesNotContain(SECRET);
    return answer;
  }

  @TestFactory
  Stream<DynamicTest> servesPublicFile() {
    return each(
        "E20 public",
        app -> assertThat(app.http().get("/open/x.html").body()).contains("open to all"));
  }

  @TestFactory
  Stream<DynamicContainer> decidesLongLivedConnections() throws IOException {
    return containers.tests(
        app -> {
          List<AttackCase> rows = new ArrayList<>();
          for (String path : List.of("/live/socket", "/secure/x", "/live/none")) {
            for (String protocol : List.of("websocket", "echo", "h2c", "TLS/1.0")) {
              rows.add(
                  AttackCase.of(
                      "E21 " + protocol + " " + path,
                      NOTHING,
                      CONTAINER,
                      it -> it.http().sendAndShutDownOutput(upgradeRequest(path, protocol, ""))));
            }
          }
          rows.add(
              AttackCase.of(
                  "E21 events",
                  NOTHING,
                  it -> it.http().get("/live/events", "Accept: text/event-stream")));
          return rows;
        });
  }

  private static String upgradeRequest(String path, String protocol, String more) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: "
        + protocol
        + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + more
        + "\r\n";
  }

  /** Proves that the refusals above are not accidental. Jetty does not implement this upgrade. */
  @Test
  void upgradesWithToken() throws IOException {
    AttackedApp app = containers.app(Container.TOMCAT);
    String token = "Authorization: Bearer " + app.open(Accounts.ALICE, 5) + "\r\n";
    assertThat(app.http().sendAndReadAll(upgradeRequest("/live/socket", "echo", token)))
        .startsWith("HTTP/1.1 101")
        .contains("upgraded");
  }

  /** A request is decided once: the open stream continues, and the next request is refused. */
  @TestFactory
  Stream<DynamicTest> streamOutlivesItsToken() {
    return each(
        "E21 a stream",
        app -> {
          Session alice = app.session(Accounts.ALICE, 0);
          String[] headers = {
            "Authorization: Bearer " + alice.token(), "Cookie: SESSION=" + alice.id()
          };
          Answer stream = app.http().get("/live/events", headers);
          assertThat(stream.status()).isEqualTo(200);
          assertThat(stream.body()).contains("data: alice", "data: still alice");
          app.check(
              AttackCase.of(
                  "next", ExpectedAnswer.CLOSED, it -> it.http().get("/live/events", headers)));
        });
  }

  /** The assertions on each container. */
  @FunctionalInterface
  private interface Check {
    void at(AttackedApp app) throws IOException;
  }

  private Stream<DynamicTest> each(String name, Check look) {
    return Stream.of(Container.values())
        .map(
            container ->
                DynamicTest.dynamicTest(
                    name + ", " + container, () -> look.at(containers.app(container))));
  }
}
