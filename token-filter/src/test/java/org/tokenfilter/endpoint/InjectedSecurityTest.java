package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.Servlet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Subject;

/** Endpoints that the application creates in code with its TokenSecurity. */
final class InjectedSecurityTest {

  private static final ClientAddress CLIENT = ClientAddress.parse("127.0.0.1");

  @TempDir private Path folder;
  private TokenSecurity security;

  @BeforeEach
  void createSecurity() throws Exception {
    security = TokenSecurity.from(Accounts.settings(folder));
  }

  @AfterEach
  void closeSecurity() {
    security.close();
  }

  @FunctionalInterface
  private interface EndpointFactory {
    Servlet create(TokenSecurity security);
  }

  private record EndpointKind(String name, EndpointFactory factory) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<EndpointKind> endpoints() {
    return Stream.of(
        new EndpointKind("access tokens", AccessTokenServlet::new),
        new EndpointKind("API clients", ApiClientServlet::new),
        new EndpointKind("token queries", TokenQueryServlet::new),
        new EndpointKind("introspection", IntrospectionServlet::new),
        new EndpointKind("revocation", RevocationServlet::new),
        new EndpointKind("sessions", SessionsServlet::new),
        new EndpointKind("OpenAPI", OpenApiServlet::new));
  }

  /** The application registers no other part of the library. */
  @ParameterizedTest
  @MethodSource("endpoints")
  void endpointRunsAloneWithItsSecurity(EndpointKind kind) throws Exception {
    try (WebApp app = new WebApp().servlet("/*", kind.factory().create(security)).start()) {
      assertThat(TokenSecurity.of(app.context().getServletContext())).isSameAs(security);
      assertThat(app.get("/no-such-path").statusCode()).isIn(401, 404, 405);
    }
    assertIsOpen();
  }

  @Test
  void issuesTokensTheFilterAccepts() throws Exception {
    try (WebApp app =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet(security))
            .servlet("/page", (in, out) -> out.getWriter().print(in.getRemoteUser()))
            .start()) {
      assertThat(app.get("/page", app.session(Accounts.ALICE, 30).headers()).body())
          .isEqualTo("alice");
    }
    assertIsOpen();
  }

  /** Checks that the endpoint did not close the TokenSecurity that it was given. */
  private void assertIsOpen() throws Exception {
    var token = security.service().issueOpen(Subject.of("carol"), Duration.ofMinutes(1), CLIENT);
    var shown = new PresentedToken(token.value(), Set.of(), CLIENT, false);
    assertThatCode(() -> security.service().validate(shown)).doesNotThrowAnyException();
    assertThat(security.health().tasks()).noneMatch(task -> task.overdue());
  }

  @ParameterizedTest
  @MethodSource("endpoints")
  void secondSecurityPreventsStart(EndpointKind kind) throws Exception {
    try (TokenSecurity other = TokenSecurity.from(Accounts.settings(folder));
        WebApp app =
            new WebApp()
                .filter(new TokenFilter(security), Map.of())
                .servlet("/*", kind.factory().create(other))) {
      assertThatThrownBy(app::start)
          .hasStackTraceContaining("the application has a TokenSecurity already")
          .hasStackTraceContaining("was given another one");
    }
  }

  /** It would have the settings of one registration and stop with the first one destroyed. */
  @ParameterizedTest
  @MethodSource("endpoints")
  void instanceRegisteredTwicePreventsStart(EndpointKind kind) throws Exception {
    Servlet endpoint = kind.factory().create(security);
    try (WebApp app = new WebApp().servlet("/a/*", endpoint).servlet("/b/*", endpoint)) {
      assertThatThrownBy(app::start).hasStackTraceContaining("is registered twice");
    }
    assertIsOpen();
  }

  @Test
  void gatewayRegisteredTwicePreventsStart() throws Exception {
    ServiceGatewayFilter gateway = new ServiceGatewayFilter(security);
    try (WebApp app = new WebApp()) {
      for (String path : new String[] {"/a/*", "/b/*"}) {
        app.context().addFilter(new FilterHolder(gateway), path, null);
      }
      assertThatThrownBy(app::start).hasStackTraceContaining("is registered twice");
    }
    assertIsOpen();
  }

  /** A container may stop an application and start it again. */
  @Test
  void instanceCanRestartAfterDestroy() throws Exception {
    AccessTokenServlet endpoint = new AccessTokenServlet(security);
    for (int i = 0; i < 2; i++) {
      try (WebApp app = new WebApp().servlet("/security/rest/*", endpoint).start()) {
        assertThat(app.open(Accounts.ALICE, 5)).isNotEmpty();
      }
    }
  }
}
