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
import org.tokenfilter.Accounts;
import org.tokenfilter.WebApp;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Subject;

/** Endpoints that the application creates in code with its TokenSecurity. */
final class GivenSecurityTest {

  private static final ClientAddress CLIENT = ClientAddress.parse("127.0.0.1");

  @TempDir private Path folder;
  private TokenSecurity security;

  @BeforeEach
  void makeOne() throws Exception {
    security = TokenSecurity.from(Accounts.settings(folder));
  }

  @AfterEach
  void closeIt() {
    security.close();
  }

  @FunctionalInterface
  private interface Made {
    Servlet with(TokenSecurity security);
  }

  private record Kind(String name, Made made) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Kind> endpoints() {
    return Stream.of(
        new Kind("access tokens", AccessTokenServlet::new),
        new Kind("API clients", ApiClientServlet::new),
        new Kind("token queries", TokenQueryServlet::new),
        new Kind("introspection", IntrospectionServlet::new),
        new Kind("revocation", RevocationServlet::new),
        new Kind("sessions", SessionsServlet::new),
        new Kind("OpenAPI", OpenApiServlet::new));
  }

  /** The application registers no other part of the library. */
  @ParameterizedTest
  @MethodSource("endpoints")
  void isServedAloneWithTheSecurityItWasGiven(Kind kind) throws Exception {
    try (WebApp app = new WebApp().servlet("/*", kind.made().with(security)).start()) {
      assertThat(TokenSecurity.of(app.context().getServletContext())).isSameAs(security);
      assertThat(app.get("/no-such-path").statusCode()).isIn(401, 404, 405);
    }
    assertIsOpen();
  }

  @Test
  void givesTokensThatTheFilterTakes() throws Exception {
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
  void anotherSecurityThanTheApplicationsStopsTheStart(Kind kind) throws Exception {
    try (TokenSecurity other = TokenSecurity.from(Accounts.settings(folder));
        WebApp app =
            new WebApp()
                .filter(new TokenFilter(security), Map.of())
                .servlet("/*", kind.made().with(other))) {
      assertThatThrownBy(app::start)
          .hasStackTraceContaining("the application has a TokenSecurity already")
          .hasStackTraceContaining("was given another one");
    }
  }

  /** It would have the settings of one registration and stop with the first one destroyed. */
  @ParameterizedTest
  @MethodSource("endpoints")
  void instanceThatIsRegisteredTwiceStopsTheStart(Kind kind) throws Exception {
    Servlet endpoint = kind.made().with(security);
    try (WebApp app = new WebApp().servlet("/a/*", endpoint).servlet("/b/*", endpoint)) {
      assertThatThrownBy(app::start).hasStackTraceContaining("is registered twice");
    }
    assertIsOpen();
  }

  @Test
  void gatewayThatIsRegisteredTwiceStopsTheStart() throws Exception {
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
  void instanceStartsAgainAfterItHasBeenDestroyed() throws Exception {
    AccessTokenServlet endpoint = new AccessTokenServlet(security);
    for (int i = 0; i < 2; i++) {
      try (WebApp app = new WebApp().servlet("/security/rest/*", endpoint).start()) {
        assertThat(app.open(Accounts.ALICE, 5)).isNotEmpty();
      }
    }
  }
}
