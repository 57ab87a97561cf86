package org.tokenfilter.integration.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import jakarta.servlet.DispatcherType;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.RemoteIpValve;
import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.TrustedProxies;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.store.InMemoryTokenStore;

/**
 * Containers that trust forwarded headers by themselves, and report the client in place of the
 * peer.
 */
final class TrustedProxiesContainerTest {

  private static final String LOGIN = "/security/rest/token/access/session/0";

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(TrustedProxies.class);

  @TempDir private Path folder;

  @BeforeEach
  void attachLog() {
    log.start();
    logger.addAppender(log);
    logger.setLevel(Level.WARN);
    logger.setAdditive(false);
  }

  @AfterEach
  void detachLog() {
    logger.setAdditive(true);
    logger.setLevel(null);
    logger.detachAppender(log);
  }

  private List<String> loggedLines() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private TokenSecurity security() {
    return TokenSecurity.builder()
        .setting("token.keys.file", folder.resolve("keys.jwks").toString())
        .setting("token.keys.generate", "true")
        .setting("token.credentials", "file")
        .setting("token.credentials.file", ProxiedNode.ACCOUNTS)
        .setting("token.carriers", "cookie")
        .setting("token.audience", "/shop")
        .store(new InMemoryTokenStore())
        .build();
  }

  private static HttpResponse<String> logIn(int port, String path, String... headers)
      throws Exception {
    String basic =
        Base64.getEncoder()
            .encodeToString("alice:wonderland-4711".getBytes(StandardCharsets.US_ASCII));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Basic " + basic)
            .headers(headers)
            .build();
    HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer;
  }

  @Test
  void acceptsClientResolvedByTomcatValveWithoutWarning() throws Exception {
    TomcatURLStreamHandlerFactory.disable();
    Tomcat tomcat = new Tomcat();
    try (TokenSecurity security = security()) {
      tomcat.setBaseDir(folder.resolve("tomcat").toString());
      tomcat.setSilent(true);
      Connector connector = new Connector();
      connector.setPort(0);
      connector.setProperty("address", InetAddress.getLoopbackAddress().getHostAddress());
      tomcat.setConnector(connector);
      tomcat.getEngine().getPipeline().addValve(new RemoteIpValve());
      Context context = tomcat.addContext("", null);
      context.addServletContainerInitializer(
          (classes, application) -> {
            application
                .addFilter("token", new TokenFilter(security))
                .addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), false, "/*");
            application
                .addServlet("login", new AccessTokenServlet())
                .addMapping("/security/rest/*");
          },
          null);
      tomcat.start();
      // The valve leaves the left address, which the client itself sent, in the header.
      List<String> cookies =
          logIn(
                  connector.getLocalPort(),
                  LOGIN,
                  "X-Forwarded-For",
                  "1.2.3.4, 203.0.113.9",
                  "X-Forwarded-Proto",
                  "https")
              .headers()
              .allValues("Set-Cookie");
      assertThat(cookies).hasSize(2).allMatch(it -> it.endsWith("; Secure"));
      assertThat(loggedLines()).isEmpty();
    } finally {
      tomcat.stop();
      tomcat.destroy();
    }
  }

  @Test
  void warnsNotToTrustClientNamedByJetty() throws Exception {
    try (InMemoryTokenStore store = new InMemoryTokenStore();
        ProxiedNode node = ProxiedNode.trustingForwardedHeaders("one", folder, store)) {
      List<String> cookies =
          logIn(
                  node.port(),
                  "/shop" + LOGIN,
                  "X-Forwarded-For",
                  "203.0.113.9",
                  "X-Forwarded-Proto",
                  "https")
              .headers()
              .allValues("Set-Cookie");
      assertThat(cookies).hasSize(2).allMatch(it -> it.endsWith("; Secure"));
      assertThat(loggedLines())
          .singleElement()
          .asString()
          .contains("203.0.113.9", "Do not name clients there");
    }
  }
}
