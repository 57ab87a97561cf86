package org.tokenfilter.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Objects;
import org.eclipse.jetty.ee10.annotations.AnnotationConfiguration;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.ServiceGatewayFilter;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;

/** The service gateway in each way of registration, and the check of its mapping. */
final class GatewayRegistrationTest {

  private static final String SERVICES = "/cra/serviceGateway/services/*";

  private final Server server =
      new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  private final WebAppContext context = new WebAppContext();
  @TempDir private Path folder;
  private Path root;

  @BeforeEach
  void prepareTheApplication() throws Exception {
    root = folder.resolve("app");
    Files.createDirectories(root.resolve("WEB-INF/classes"));
    context.setContextPath("/app");
    context.setBaseResourceAsPath(root);
    context.setTempDirectory(Files.createDirectories(folder.resolve("tmp")).toFile());
    context.setThrowUnavailableOnStartupException(true);
    context.addServlet(new ServletHolder(new WhoServlet()), "/");
    Accounts.settings(folder).forEach(context::setInitParameter);
    context.setInitParameter("token.gateway.paths", "/cra/*");
    server.setHandler(context);
  }

  @AfterEach
  void stopTheServer() throws Exception {
    server.stop();
  }

  @Test
  void servesIfRegisteredInWebXml() throws Exception {
    Files.writeString(
        root.resolve("WEB-INF/web.xml"),
        webXml(
            filter("service-gateway", ServiceGatewayFilter.class)
                + mapping("service-gateway", SERVICES, "/cra/ServiceGateway/Services/*")
                + filter("token", TokenFilter.class)
                + mapping("token", "/*")));
    assertServes();
  }

  /** Annotations have no order. The token filter is last if web.xml or code registers it. */
  @Test
  void servesIfRegisteredByAnnotation() throws Exception {
    String file = AnnotatedGateway.class.getName().replace('.', '/') + ".class";
    Path target = root.resolve("WEB-INF/classes").resolve(file);
    Files.createDirectories(target.getParent());
    try (InputStream compiled =
        GatewayRegistrationTest.class.getClassLoader().getResourceAsStream(file)) {
      Files.copy(Objects.requireNonNull(compiled), target);
    }
    context.addConfiguration(new AnnotationConfiguration());
    context.addEventListener(new StartListener(event -> tokenFilter(event, new TokenFilter())));
    assertServes();
  }

  @Test
  void servesIfRegisteredInCode() throws Exception {
    try (TokenSecurity security = security()) {
      context.addEventListener(
          new StartListener(
              event -> {
                gateway(
                    event,
                    new ServiceGatewayFilter(security),
                    SERVICES,
                    "/cra/ServiceGateway/Services/*");
                tokenFilter(event, new TokenFilter(security));
              }));
      assertServes();
      server.stop();
      security.service().list("alice", null, 1);
    }
  }

  private TokenSecurity security() throws Exception {
    return TokenSecurity.builder()
        .settings(Accounts.settings(folder))
        .setting("token.gateway.paths", "/cra/*")
        .setting("token.audience", "/app")
        .build();
  }

  /** The application does not start if the mapping covers no service path. */
  @ParameterizedTest
  @ValueSource(strings = {"", "/cra/serviceGateway/services", "*.do", "/"})
  void mappingWithoutServicesPreventsStart(String pattern) throws Exception {
    context.addEventListener(
        new StartListener(
            event -> {
              if (pattern.isEmpty()) {
                event
                    .getServletContext()
                    .addFilter("gateway", new ServiceGatewayFilter())
                    .addMappingForServletNames(EnumSet.of(DispatcherType.REQUEST), true, "who");
              } else {
                gateway(event, new ServiceGatewayFilter(), pattern);
              }
            }));
    assertThat(catchThrowable(server::start))
        .hasStackTraceContaining(
            "the filter gateway must be mapped to the paths of its services, such as /cra/serviceGateway/services/*");
  }

  @Test
  void gatewayWithoutCredentialsPreventsStart() throws Exception {
    context.getInitParams().remove("token.credentials");
    context.getInitParams().remove("token.credentials.file");
    context.addEventListener(
        new StartListener(event -> gateway(event, new ServiceGatewayFilter(), SERVICES)));
    assertThat(catchThrowable(server::start)).hasStackTraceContaining("token.credentials");
  }

  private static void gateway(
      ServletContextEvent event, ServiceGatewayFilter filter, String... patterns) {
    FilterRegistration.Dynamic registration =
        event.getServletContext().addFilter("gateway", filter);
    registration.setAsyncSupported(true);
    registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, patterns);
  }

  private static void tokenFilter(ServletContextEvent event, TokenFilter filter) {
    FilterRegistration.Dynamic registration = event.getServletContext().addFilter("token", filter);
    registration.setAsyncSupported(true);
    registration.addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), true, "/*");
  }

  private static String filter(String name, Class<?> type) {
    return "<filter><filter-name>%s</filter-name><filter-class>%s</filter-class><async-supported>true</async-supported></filter>"
        .formatted(name, type.getName());
  }

  private static String mapping(String name, String... patterns) {
    StringBuilder mapping =
        new StringBuilder("<filter-mapping><filter-name>" + name + "</filter-name>");
    for (String pattern : patterns) {
      mapping.append("<url-pattern>").append(pattern).append("</url-pattern>");
    }
    return mapping + "</filter-mapping>";
  }

  private static String webXml(String content) {
    return "<web-app xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"6.0\">"
        + content
        + "</web-app>";
  }

  private void assertServes() throws Exception {
    server.start();
    for (String base :
        new String[] {"/cra/serviceGateway/services", "/cra/ServiceGateway/Services"}) {
      HttpResponse<String> login =
          send(
              request(base + "/s1/login")
                  .header("Content-Type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"username\":\"alice\",\"password\":\"wonderland\"}")));
      assertThat(login.statusCode()).as(login.body()).isEqualTo(200);
      String token = WebApp.member(login.body(), "userToken");
      HttpResponse<String> opened =
          send(request(base + "/s1/data?close=false").header("userToken", token));
      assertThat(opened.body()).isEqualTo("alice");
      String session = opened.headers().firstValue("session").orElseThrow();
      assertThat(
              send(request(base + "/s1?close=true")
                      .header("userToken", token)
                      .header("session", session))
                  .statusCode())
          .isEqualTo(204);
      assertThat(send(request(base + "/s1/login")).statusCode()).isEqualTo(401);
    }
  }

  private HttpRequest.Builder request(String path) {
    int port = ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/app" + path));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** An action of the application at its start. */
  private record StartListener(StartAction action) implements ServletContextListener {

    @FunctionalInterface
    private interface StartAction {
      void run(ServletContextEvent event);
    }

    @Override
    public void contextInitialized(ServletContextEvent event) {
      action.run(event);
    }
  }
}
