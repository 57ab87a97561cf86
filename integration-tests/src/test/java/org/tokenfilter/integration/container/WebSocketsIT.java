package org.tokenfilter.integration.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.integration.container.Client.Session;

/** WebSocket endpoints behind the filter, on each container with its own engine. */
final class WebSocketsIT {

  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private static final String ADDER_SERVLET =
      """
      <servlet>
        <servlet-name>adder</servlet-name>
        <servlet-class>Adder</servlet-class>
      </servlet>
      <servlet-mapping>
        <servlet-name>adder</servlet-name>
        <url-pattern>/add</url-pattern>
      </servlet-mapping>
      """;

  private static final String JETTY_FILTER =
      "org.eclipse.jetty.ee10.websocket.servlet.WebSocketUpgradeFilter";
  private static final String TOMCAT_FILTER =
      "Tomcat WebSocket (JSR356) Filter (org.apache.tomcat.websocket.server.WsFilter)";
  private static final String OPEN_TO_EVERYBODY = "open to everybody";

  /** Returns the elements behind the token filter that the document shows for a container. */
  private static String requiredElements(Container container) throws Exception {
    String jetty = ProjectDocument.read("containers.md").section("WebSockets").fenced("xml");
    return container == Container.JETTY_12 ? jetty : "";
  }

  private static String name(String what, Container container) {
    return what + "-" + container.name().toLowerCase(Locale.ROOT);
  }

  private static Deployment start(Container container, Path war) throws Exception {
    return Deployment.of(container, war, container.webSocketJars());
  }

  @ParameterizedTest
  @EnumSource
  void documentedSetupProtectsEndpoint(Container container) throws Exception {
    Shop shop =
        WebSocketShops.withAnnotatedEndpoint(name("sockets", container))
            .webXml(WebSocketShops.COOKIES, requiredElements(container));
    try (Deployment deployment = start(container, shop.war())) {
      assertProtected(deployment.client());
      assertRefusesOtherOrigins(deployment.client());
    }
  }

  @ParameterizedTest
  @EnumSource
  void endpointAddedByListenerNeedsToken(Container container) throws Exception {
    Shop shop =
        WebSocketShops.withLateEndpoint(name("sockets-listener", container))
            .webXml(
                "<listener><listener-class>Adder</listener-class></listener>",
                requiredElements(container));
    try (Deployment deployment = start(container, shop.war())) {
      assertProtected(deployment.client());
    }
  }

  @ParameterizedTest
  @EnumSource
  void filterInCodeRunsBeforeThoseOfWebXml(Container container) throws Exception {
    Shop shop =
        WebSocketShops.withAnnotatedEndpoint(name("sockets-code", container))
            .webXml("", requiredElements(container));
    try (Deployment deployment =
        start(container, WebSocketShops.registerFilterInCode(shop, false).war())) {
      assertProtected(deployment.client());
    }
  }

  @Test
  void refusesStartOnJettyWithoutItsSetup() throws Exception {
    assertStartRefused(
        Container.JETTY_12,
        WebSocketShops.withAnnotatedEndpoint("sockets-plain-jetty"),
        JETTY_FILTER);
    assertStartRefused(
        Container.JETTY_12,
        WebSocketShops.withLateEndpoint("sockets-listener-jetty")
            .webXml("<listener><listener-class>Adder</listener-class></listener>"),
        JETTY_FILTER);
    assertStartRefused(
        Container.JETTY_12,
        WebSocketShops.withJettyApi("sockets-native-jetty")
            .webXml("<listener><listener-class>Native</listener-class></listener>"),
        JETTY_FILTER);
  }

  @ParameterizedTest
  @EnumSource(names = "UNDERTOW", mode = EnumSource.Mode.EXCLUDE)
  void refusesStartWithFilterBehindEngine(Container container) throws Exception {
    Shop shop = WebSocketShops.withAnnotatedEndpoint(name("sockets-late", container));
    assertStartRefused(
        container,
        WebSocketShops.registerFilterInCode(shop, true),
        container == Container.JETTY_12 ? JETTY_FILTER : TOMCAT_FILTER);
  }

  /** The engine of Undertow registers its filter after all listeners of the application. */
  @Test
  void filterInCodeRunsBeforeUndertowEngine() throws Exception {
    Shop shop =
        WebSocketShops.registerFilterInCode(
            WebSocketShops.withAnnotatedEndpoint("sockets-late-undertow"), true);
    try (Deployment deployment = start(Container.UNDERTOW, shop.war())) {
      assertProtected(deployment.client());
    }
  }

  @ParameterizedTest
  @EnumSource
  void findsEngineFilterUnderAnotherName(Container container) throws Exception {
    String className =
        switch (container) {
          case JETTY_12 -> JETTY_FILTER;
          case UNDERTOW -> "io.undertow.websockets.jsr.JsrWebSocketFilter";
          default -> "org.apache.tomcat.websocket.server.WsFilter";
        };
    String filter =
        """
        <filter>
          <filter-name>mine</filter-name>
          <filter-class>%s</filter-class>
          <async-supported>true</async-supported>
        </filter>
        <filter-mapping>
          <filter-name>mine</filter-name>
          <url-pattern>/secure/*</url-pattern>
        </filter-mapping>
        """
            .formatted(className);
    Shop shop =
        WebSocketShops.withAnnotatedEndpoint(name("sockets-mine", container))
            .webXml(filter, requiredElements(container));
    assertStartRefused(container, shop, "mine (" + className + ")");
  }

  @ParameterizedTest
  @EnumSource(names = "UNDERTOW", mode = EnumSource.Mode.EXCLUDE)
  void firstEndpointAddedLaterBlocksAllRequests(Container container) throws Exception {
    Shop shop =
        WebSocketShops.withLateEndpoint(name("sockets-later", container)).webXml(ADDER_SERVLET);
    if (container != Container.JETTY_12) {
      WebSocketShops.registerFilterInCode(shop, true);
    }
    Path log =
        ContainerFolders.createEmpty(name("sockets-log", container)).resolve("application.log");
    SilencedLog.logTo(log);
    try (Deployment deployment = start(container, shop.war())) {
      assertThat(Files.readAllLines(log))
          .filteredOn(it -> it.startsWith("WARN  FilterWatch"))
          .singleElement()
          .asString()
          .contains(container == Container.JETTY_12 ? JETTY_FILTER : TOMCAT_FILTER)
          .contains("no endpoints now");
      assertThat(Files.readAllLines(log))
          .filteredOn(it -> it.startsWith("INFO  FilterWatch"))
          .singleElement()
          .asString()
          .contains("before the token filter token")
          .contains(container == Container.JETTY_12 ? JETTY_FILTER : TOMCAT_FILTER);
      Client client = deployment.client();
      String[] alice = client.session(Client.ALICE).headers();
      assertThat(client.get("/page.txt", alice).status()).isEqualTo(200);
      assertThat(client.get("/add", alice).status()).isEqualTo(200);
      Awaitility.await()
          .atMost(TIMEOUT)
          .until(() -> client.get("/page.txt", alice).status() == 503);
      assertThat(client.get("/page.txt").status()).isEqualTo(503);
      assertThat(Files.readAllLines(log))
          .filteredOn(it -> it.startsWith("ERROR FilterWatch"))
          .singleElement()
          .asString()
          .contains("All requests are refused", OPEN_TO_EVERYBODY);
    } finally {
      SilencedLog.stopLoggingToFile();
    }
  }

  @Test
  void filterProtectsServletOfJettyApi() throws Exception {
    Shop shop =
        WebSocketShops.withJettyApi("sockets-native-servlet")
            .webXml(
                """
                <servlet>
                  <servlet-name>native</servlet-name>
                  <servlet-class>Native</servlet-class>
                </servlet>
                <servlet-mapping>
                  <servlet-name>native</servlet-name>
                  <url-pattern>/secure/socket</url-pattern>
                </servlet-mapping>
                """);
    try (Deployment deployment = start(Container.JETTY_12, shop.war())) {
      assertProtected(deployment.client());
    }
  }

  @Test
  void documentedSetupProtectsEndpointOfJettyApi() throws Exception {
    Shop shop =
        WebSocketShops.withJettyApi("sockets-native")
            .webXml(
                "<listener><listener-class>Native</listener-class></listener>",
                requiredElements(Container.JETTY_12));
    try (Deployment deployment = start(Container.JETTY_12, shop.war())) {
      assertProtected(deployment.client());
    }
  }

  private static void assertProtected(Client client) throws Exception {
    assertThat(client.get(WebSocketShops.PATH).status()).isEqualTo(401);
    assertThat(Handshake.perform(client, WebSocketShops.PATH).status()).isEqualTo(401);
    Session alice = client.session(Client.ALICE);
    Handshake opened = Handshake.perform(client, WebSocketShops.PATH, alice.headers());
    assertThat(opened).isEqualTo(new Handshake(101, "hello alice"));
    assertThat(client.post("/security/rest/token/logout", new byte[0], alice.headers()).status())
        .isEqualTo(204);
    assertThat(Handshake.perform(client, WebSocketShops.PATH, alice.headers()).status())
        .isEqualTo(401);
  }

  private static void assertRefusesOtherOrigins(Client client) throws Exception {
    Session alice = client.session(Client.ALICE);
    String[] cookies = {"Cookie", "token=" + alice.token() + "; SESSION=" + alice.id()};
    String own = client.address("").toString();
    String sibling = "http://sibling.example.org";
    assertThat(statusOf(client, cookies)).isEqualTo(101);
    assertThat(statusOf(client, Client.withHeader(cookies, "Origin", own))).isEqualTo(101);
    assertThat(statusOf(client, Client.withHeader(cookies, "Origin", sibling))).isEqualTo(403);
    assertThat(statusOf(client, Client.withHeader(cookies, "Origin", "null"))).isEqualTo(403);
    assertThat(
            statusOf(
                client,
                Client.withHeader(
                    Client.withHeader(cookies, "Origin", own), "Sec-Fetch-Site", "same-site")))
        .isEqualTo(403);
    // A browser does not add these headers by itself.
    assertThat(statusOf(client, Client.withHeader(alice.headers(), "Origin", sibling)))
        .isEqualTo(101);
    // Unlike a handshake, a GET does not show its response to the other origin.
    assertThat(client.get("/page.txt", Client.withHeader(cookies, "Origin", sibling)).status())
        .isEqualTo(200);
  }

  private static int statusOf(Client client, String... headers) throws Exception {
    return Handshake.perform(client, WebSocketShops.PATH, headers).status();
  }

  /** Asserts that the start fails, and that its message names the filter and the remedy. */
  private static void assertStartRefused(Container container, Shop shop, String filter)
      throws Exception {
    Path war = shop.war();
    List<String> told = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            told.add(line.getMessage());
            told.add(trace(line.getThrown()));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    // Tomcat reports it only in its log.
    Logger tomcat = Logger.getLogger("org.apache.catalina");
    tomcat.addHandler(handler);
    try {
      Exception refused =
          assertThrows(
              Exception.class,
              () -> {
                try (Deployment deployment = start(container, war)) {
                  told.add(
                      "a handshake: "
                          + Handshake.perform(deployment.client(), WebSocketShops.PATH));
                }
              },
              () -> "It started, and answered " + told);
      told.add(trace(refused));
    } finally {
      tomcat.removeHandler(handler);
    }
    assertThat(String.join("\n", told))
        .contains("The token filter cannot start")
        .contains("the filter " + filter + " answers WebSocket handshakes before")
        .contains(OPEN_TO_EVERYBODY)
        .containsAnyOf("in web.xml");
  }

  private static String trace(Throwable thrown) {
    if (thrown == null) {
      return "";
    }
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
