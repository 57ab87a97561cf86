package org.tokenfilter.integration.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.NetworkConnector;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.integration.container.Client.Session;

/** The examples of docs/containers.md, run exactly as shown. */
final class ContainersDocumentIT {

  private static final String ORIGIN = "https://app.example.org";

  private static ProjectDocument document;

  @BeforeAll
  static void read() throws Exception {
    document = ProjectDocument.read("containers.md");
  }

  @Test
  void tableListsExactlyTheTestedRows() {
    List<String> run =
        ContainersIT.documentedRows()
            .map(Arguments::get)
            .map(row -> ContainersIT.cells(row[0], row[1], row[2]))
            .toList();
    assertThat(document.rows("table"))
        .zipSatisfy(
            run,
            (row, cells) ->
                assertThat(row)
                    .startsWith("| " + cells + " | ")
                    .contains(" passed")
                    .doesNotContain("failed"));
  }

  /**
   * Compiles the unchanged snippet with each version, and starts it; ContainersIT has all servers.
   */
  @ParameterizedTest
  @EnumSource(names = {"BOOT_3_UNDERTOW", "BOOT_4_TOMCAT"})
  void springBootRegistersTheFilterOnce(SpringBoot boot) throws Exception {
    Shop shop = new Shop("spring-" + boot.name());
    shop.compile("TokenConfiguration", document.section("Spring Boot").fenced("java"), boot.jars());
    System.setProperty("token.keys.generate", "true");
    try (Deployment deployment = boot.run("", shop.war(), "TokenConfiguration")) {
      Client client = deployment.client();
      assertServes(client, "/no-such-page", 404);
      assertServes(client, "/page.txt", 200);
      // The welcome file of the public / is not public under its own name.
      assertThat(client.get("/").text()).contains("<html");
      assertServes(client, "/index.html", 200);
    } finally {
      System.clearProperty("token.keys.generate");
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("token-filter"));
  }

  @Test
  void corsFilterOfTomcatAnswersPreflights() throws Exception {
    String snippet =
        ProjectDocument.read("hardening.md").section("Pages of other origins").fenced("xml");
    Path war = new Shop("cors-tomcat").webXml(snippet).war();
    try (Deployment deployment = Deployment.of(Container.TOMCAT_11, war)) {
      assertAnswersPreflights(deployment.client());
    }
  }

  @Test
  void crossOriginHandlerOfJettyAnswersPreflights() throws Exception {
    // This Jetty runs in the class path of the tests, which has other classes of these loggers.
    Shop shop = new Shop("cors-jetty").withoutJars("logback-", "slf4j-");
    Path war = shop.war();
    Path classes =
        shop.compile(
            "CrossOrigin",
"""
            import java.util.Set;
            import java.util.List;
import java.util.function.BiConsumer;
            import org.eclipse.jetty.server.*;
            import org.eclipse.jetty.server.handler.CrossOriginHandler;

            public class CrossOrigin implements BiConsumer<Server, Handler> {
              @Override
              public void accept(Server server, Handler context) {
            %s
              }
            }
"""
                .formatted(document.section("Pages of other origins").fenced("java")));
    var server =
        new org.eclipse.jetty.server.Server(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    WebAppContext context = new WebAppContext();
    context.setContextPath("/");
    context.setWar(war.toString());
    context.setTempDirectory(ContainerFolders.createEmpty("cors-jetty-work").toFile());
    context.setThrowUnavailableOnStartupException(true);
    // The class path of the tests has these classes, too; the application uses its own.
    context.getHiddenClassMatcher().add("org.tokenfilter.");
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      install(loader.loadClass("CrossOrigin"), server, context);
      server.start();
      assertAnswersPreflights(
          new Client(((NetworkConnector) server.getConnectors()[0]).getLocalPort()));
    } finally {
      server.stop();
    }
  }

  @SuppressWarnings("unchecked") // the class is compiled above
  private static void install(
      Class<?> type, org.eclipse.jetty.server.Server server, Handler context) throws Exception {
    ((BiConsumer<org.eclipse.jetty.server.Server, Handler>) type.getConstructor().newInstance())
        .accept(server, context);
  }

  @Test
  void dataSourceOfTomcatKeepsTheTokens() throws Exception {
    ProjectDocument section = document.section("A DataSource of Tomcat");
    Path war =
        new Shop("datasource")
            .contextXml(section.fenced("xml", 2).get(0))
            .webXml(section.fenced("xml", 2).get(1))
            .war();
    try (Deployment deployment =
        Deployment.of(Container.TOMCAT_10, war, ContainerFolders.ROOT.resolve("tomcat-dbcp"))) {
      assertServes(deployment.client(), "/page.txt", 200);
    }
  }

  @Test
  void jakartaRestResourceKnowsItsUser() throws Exception {
    Shop shop =
        new Shop("rest")
            .jars(ContainerFolders.ROOT.resolve("jersey"))
            .webXml(
                """
                <servlet>
                  <servlet-name>rest</servlet-name>
                  <servlet-class>org.glassfish.jersey.servlet.ServletContainer</servlet-class>
                  <init-param>
                    <param-name>jersey.config.server.provider.classnames</param-name>
                    <param-value>OrdersResource</param-value>
                  </init-param>
                </servlet>
                <servlet-mapping>
                  <servlet-name>rest</servlet-name>
                  <url-pattern>/rest/*</url-pattern>
                </servlet-mapping>
                """);
    shop.compile(
        "OrdersResource",
        """
        import jakarta.ws.rs.*;
        import jakarta.ws.rs.core.*;
        import org.tokenfilter.filter.TokenPrincipal;
        """
            + document.section("Jakarta REST").fenced("java"));
    try (Deployment deployment = Deployment.of(Container.TOMCAT_10, shop.war())) {
      Client client = deployment.client();
      assertThat(client.get("/rest/orders").status()).isEqualTo(401);
      Answer answer = client.get("/rest/orders", client.session(Client.ALICE).headers());
      assertThat(answer.text()).isEqualTo("alice by a token of kind SESSION");
    }
  }

  /** Asserts that the path needs a token, and has this status with one. */
  private static void assertServes(Client client, String path, int status) throws Exception {
    assertThat(client.get(path).status()).isEqualTo(401);
    Session alice = client.session(Client.ALICE);
    assertThat(client.get(path, alice.headers()).status()).isEqualTo(status);
    assertThat(client.post("/security/rest/token/logout", new byte[0], alice.headers()).status())
        .isEqualTo(204);
    assertThat(client.get(path, alice.headers()).status()).isEqualTo(401);
  }

  private static void assertAnswersPreflights(Client client) throws Exception {
    Answer preflight =
        client.send(
            "OPTIONS",
            "/page.txt",
            BodyPublishers.noBody(),
            "Origin",
            ORIGIN,
            "Access-Control-Request-Method",
            "GET",
            "Access-Control-Request-Headers",
            "authorization,session");
    assertThat(preflight.status()).isBetween(200, 204);
    assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
    assertThat(client.get("/page.txt", "Origin", ORIGIN).status()).isEqualTo(401);
    Answer answer =
        client.get(
            "/page.txt",
            Client.withHeader(client.session(Client.ALICE).headers(), "Origin", ORIGIN));
    assertThat(answer.text()).isEqualTo("protected");
    assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
    assertThat(String.valueOf(answer.header("Access-Control-Expose-Headers")))
        .contains("Token-Remaining");
    Answer other = client.get("/page.txt", "Origin", "https://evil.example");
    assertThat(other.header("Access-Control-Allow-Origin")).isNull();
    assertThat(other.status()).isIn(401, 403);
  }
}
