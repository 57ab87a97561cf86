package org.tokenfilter.registration;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/** The same behaviour for each method of registration. */
final class FilterRegistrationTest {

  private final HttpClient client = HttpClient.newHttpClient();
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void protectsServesAndLeavesNoThreads(RegistrationMethod registration) throws Exception {
    Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    WebAppContext context = application(registration, "/app");
    server.setHandler(context);
    server.start();
    ServletContext servletContext = context.getServletContext();
    try {
      String base =
          "http://127.0.0.1:"
              + ((NetworkConnector) server.getConnectors()[0]).getLocalPort()
              + "/app";
      assertThat(TokenSecurity.of(servletContext)).isNotNull();
      assertProtects(base);
      assertServes(base);
    } finally {
      server.stop();
    }
    assertThat(threads()).isEmpty();
  }

  private void assertProtects(String base) throws Exception {
    assertThat(get(base + "/api/who").statusCode()).isEqualTo(401);
    assertThat(get(base + "/nothing").statusCode()).isEqualTo(401);
    assertThat(get(base + "/public/who").body()).isEqualTo("null");
    assertThat(get(base + "/public/who?how=forward").statusCode()).isEqualTo(401);
    assertThat(get(base + "/public/who?how=include").body()).isEmpty();
    assertThat(get(base + "/public/who?how=async").statusCode()).isEqualTo(401);
    assertThat(get(base + "/public/who?how=404").statusCode()).isEqualTo(404);
  }

  private void assertServes(String base) throws Exception {
    HttpResponse<String> given =
        get(
            base + "/security/rest/token/access/session/5",
            "Authorization",
            WebApp.basic(Accounts.ALICE));
    assertThat(given.statusCode()).isEqualTo(200);
    assertThat(given.headers().allValues("Set-Cookie"))
        .singleElement()
        .asString()
        .contains("; Path=/app;");
    Session session =
        new Session(
            WebApp.member(given.body(), "access_token"), WebApp.member(given.body(), "session"));
    for (String how : List.of("now", "forward", "include", "async")) {
      assertThat(get(base + "/api/who?how=" + how, session.headers()).body())
          .as(how)
          .isEqualTo("alice");
      assertThat(get(base + "/public/who?how=" + how, session.headers()).body())
          .as("public, " + how)
          .isEqualTo("alice");
    }
    assertThat(get(base + "/api/who", "Authorization", "Bearer " + session.token()).statusCode())
        .isEqualTo(401);
    assertThat(get(base + "/api/who?how=418", session.headers()).statusCode()).isEqualTo(418);
    assertThat(get(base + "/api/who?how=logout", session.headers()).statusCode()).isEqualTo(200);
    assertThat(get(base + "/api/who", session.headers()).body()).contains("\"closed\"");
  }

  @ParameterizedTest
  @EnumSource
  void applicationsOfOneServerAreIsolated(RegistrationMethod registration) throws Exception {
    Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    WebAppContext one = application(registration, "/app");
    WebAppContext other = application(RegistrationMethod.WEB_XML, "/other");
    server.setHandler(new ContextHandlerCollection(one, other));
    server.start();
    try {
      String host =
          "http://127.0.0.1:" + ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
      assertThat(TokenSecurity.of(one.getServletContext()))
          .isNotSameAs(TokenSecurity.of(other.getServletContext()));
      HttpResponse<String> given =
          get(
              host + "/other/security/rest/token/access/5",
              "Authorization",
              WebApp.basic(Accounts.ALICE));
      String[] token = {"Authorization", "Bearer " + WebApp.member(given.body(), "access_token")};
      assertThat(get(host + "/other/api/who", token).body()).isEqualTo("alice");
      HttpResponse<String> refused = get(host + "/app/api/who", token);
      assertThat(refused.statusCode()).isEqualTo(401);
      assertThat(refused.body()).doesNotContain("reason");
      one.stop();
      assertThat(get(host + "/other/api/who", token).body()).isEqualTo("alice");
    } finally {
      server.stop();
    }
    assertThat(threads()).isEmpty();
  }

  private WebAppContext application(RegistrationMethod registration, String path) throws Exception {
    Path root = folder.resolve(registration + path.replace('/', '-'));
    Files.createDirectories(root.resolve("WEB-INF"));
    WebAppContext context = new WebAppContext();
    context.setContextPath(path);
    context.setBaseResourceAsPath(root);
    context.setTempDirectory(
        Files.createDirectories(root.resolveSibling(root.getFileName() + "-tmp")).toFile());
    context.setThrowUnavailableOnStartupException(true);
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    settings.put("token.paths.public", "/public/*");
    registration.prepare(context, root, settings);
    ServletHolder who = new ServletHolder(new WhoServlet());
    who.setAsyncSupported(true);
    context.addServlet(who, "/api/who");
    context.addServlet(who, "/public/who");
    ServletHolder tokens = new ServletHolder(new AccessTokenServlet());
    tokens.setInitOrder(1);
    context.addServlet(tokens, "/security/rest/*");
    return context;
  }

  private HttpResponse<String> get(String url, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("token-filter"))
        .toList();
  }
}
