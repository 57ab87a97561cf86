package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.endpoint.ApiClientServlet;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;

/** D24, D25: announced bodies that never arrive, on containers that wait one second for them. */
@TestInstance(Lifecycle.PER_CLASS)
final class BodyAttackTest {

  private static final int IDLE_MILLIS = 1_000;
  private static final int TIMEOUT_MILLIS = 20_000;
  private static final int SLOW_CLIENTS = 20;
  private static final String LOGIN = "POST /routelink/v1/sessionOpen/live HTTP/1.1\r\n";
  private static final String HOST = "Host: 127.0.0.1\r\n";
  private static final String JSON = "Content-Type: application/json\r\n";

  private final List<AttackedApp> apps = new ArrayList<>();

  @BeforeAll
  void start(@TempDir Path jetty, @TempDir Path tomcat) throws Exception {
    apps.add(
        AttackedApp.plan(jetty)
            .register(
                it -> {
                  for (Connector connector : connectors(it)) {
                    ((AbstractConnector) connector).setIdleTimeout(IDLE_MILLIS);
                  }
                  it.servlet("clients", new ApiClientServlet(), "/routelink/v1/*");
                })
            .start());
    apps.add(
        AttackedApp.plan(tomcat)
            .container(
                Container.tomcatWith(
                    connector ->
                        connector.setProperty("connectionTimeout", Integer.toString(IDLE_MILLIS))))
            .register(it -> it.servlet("clients", new ApiClientServlet(), "/routelink/v1/*"))
            .start());
  }

  private static Connector[] connectors(AttackedApp.Registrations it) {
    return ServletContextHandler.getServletContextHandler(it.context()).getServer().getConnectors();
  }

  @AfterAll
  void stop() {
    apps.forEach(AttackedApp::close);
  }

  /** An attack on one of the applications. */
  @FunctionalInterface
  private interface Attack {
    void on(AttackedApp app) throws Exception;
  }

  private Stream<DynamicTest> each(String name, Attack attack) {
    return Stream.of("JETTY", "TOMCAT")
        .map(
            container ->
                DynamicTest.dynamicTest(
                    name + ", " + container,
                    () -> attack.on(apps.get(container.equals("JETTY") ? 0 : 1))));
  }

  /** The client waits for 100 Continue; it gets the final answer without having sent a body. */
  @TestFactory
  Stream<DynamicTest> hugeBodyIsRefusedUnread() {
    String huge = "Expect: 100-continue\r\nContent-Length: 1000000000\r\n";
    return Stream.of(
            each(
                "D24 a log-in of 1 GB",
                app -> refused(app, LOGIN + HOST + JSON + huge + "\r\n", 413)),
            each(
                "D24 of another type",
                app ->
                    refused(
                        app, LOGIN + HOST + "Content-Type: text/plain\r\n" + huge + "\r\n", 415)),
            each(
                "D24 to what is protected, without a token",
                app -> refused(app, "POST /secure/x HTTP/1.1\r\n" + HOST + huge + "\r\n", 401)),
            each(
                "D24 to what is protected, with a bad token",
                app ->
                    refused(
                        app,
                        "POST /secure/x HTTP/1.1\r\n"
                            + HOST
                            + "Authorization: Bearer x\r\n"
                            + huge
                            + "\r\n",
                        401)),
            each(
                "D24 an unknown expectation",
                app ->
                    refused(
                        app,
                        "POST /secure/x HTTP/1.1\r\n" + HOST + "Expect: 200-ok\r\n\r\n",
                        401,
                        417)))
        .flatMap(tests -> tests);
  }

  private static void refused(AttackedApp app, String head, Integer... statuses)
      throws IOException {
    try (Socket socket = connected(app)) {
      send(socket, head);
      String line = finalLine(socket.getInputStream());
      assertThat(Integer.valueOf(line.substring(9, 12))).isIn((Object[]) statuses);
      assertThat(app.ran()).isEmpty();
    }
  }

  /** Incomplete bodies do not delay other clients, and are finally answered or cut off. */
  @TestFactory
  Stream<DynamicTest> slowBodiesAreCutOff() {
    return each(
        "D25 " + SLOW_CLIENTS + " slow log-ins",
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          List<Socket> slow = new ArrayList<>();
          try {
            for (int i = 0; i < SLOW_CLIENTS; i++) {
              Socket socket = connected(app);
              slow.add(socket);
              send(socket, LOGIN + HOST + JSON + "Content-Length: 100\r\n\r\n{");
            }
            app.check(
                AttackCase.of(
                    "D25 another client",
                    ExpectedAnswer.OK,
                    it -> it.http().get("/secure/x", "Authorization: Bearer " + open)));
            for (Socket socket : slow) {
              String line = firstLine(socket.getInputStream());
              assertThat(line.isEmpty() || line.matches("HTTP/1.1 4(00|08).*")).as(line).isTrue();
            }
            app.assertNoSecretLogged();
          } finally {
            for (Socket socket : slow) {
              socket.close();
            }
          }
        });
  }

  /** A truncated body does not log in. */
  @TestFactory
  Stream<DynamicTest> truncatedBodyIsRefused() {
    return each(
        "D25 cut short",
        app -> {
          Answer answer =
              app.http()
                  .sendAndShutDownOutput(
                      LOGIN + HOST + JSON + "Content-Length: 100\r\n\r\n{\"username\":");
          assertThat(answer.status()).isIn(400, 408);
          assertThat(answer.body()).doesNotContain("token");
        });
  }

  private static Socket connected(AttackedApp app) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), app.port());
    socket.setSoTimeout(TIMEOUT_MILLIS);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Skips 100 Continue: Tomcat sends it by itself, and still answers before a body was sent. */
  private static String finalLine(InputStream in) throws IOException {
    String line;
    do {
      line = nextLine(in).orElseThrow(() -> new EOFException("no final answer"));
    } while (line.isEmpty() || line.startsWith("HTTP/1.1 100"));
    return line;
  }

  /** Returns the first line, or an empty text if the connection ends before it. */
  private static String firstLine(InputStream in) throws IOException {
    return nextLine(in).orElse("");
  }

  /** Returns the next line, or empty if the connection has ended, so that no caller waits. */
  private static Optional<String> nextLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    int c = in.read();
    if (c < 0) {
      return Optional.empty();
    }
    for (; c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return Optional.of(line.toString().strip());
  }
}
