package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.nio.file.Path;
import java.security.Principal;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.endpoint.TokenQueryServlet;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;

/** Logins of the container on a public path by requests with a valid token of another user. */
final class ContainerLoginTest {

  @TempDir private Path folder;
  private TokenSecurity security;
  private WebApp app;

  /** A request of a container that accepts every login. */
  private static final class ContainerRequest extends HttpServletRequestWrapper {

    private @Nullable String user;

    private ContainerRequest(HttpServletRequest request) {
      super(request);
    }

    @Override
    public void login(String name, String password) {
      user = name;
    }

    @Override
    public void logout() {
      user = null;
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
      String name = user;
      return name == null ? null : () -> name;
    }

    @Override
    public @Nullable String getRemoteUser() {
      return user;
    }

    @Override
    public boolean isUserInRole(String role) {
      return user != null;
    }
  }

  @BeforeEach
  void startTheApplication() throws Exception {
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    settings.keySet().removeIf(key -> key.startsWith("token.credentials"));
    security =
        TokenSecurity.builder()
            .settings(settings)
            .setting("token.credentials", "container")
            .setting("token.credentials.roles", "user")
            .setting("token.carriers", "bearer")
            .setting("token.paths.public", "/public/*")
            .build();
    app = new WebApp();
    Filter container =
        (request, response, chain) ->
            chain.doFilter(new ContainerRequest((HttpServletRequest) request), response);
    app.context().addFilter(new FilterHolder(container), "/*", EnumSet.of(DispatcherType.REQUEST));
    app.filter(new TokenFilter(security), Map.of())
        .servlet("/security/rest/*", new AccessTokenServlet())
        .servlet("/public/GetSessionToken", new TokenQueryServlet())
        .servlet(
            "/api/who", (request, response) -> response.getWriter().print(request.getRemoteUser()))
        .servlet(
            "/public/login",
            (request, response) -> {
              String before = request.getRemoteUser();
              request.login("bob", "x");
              response.getWriter().print(before + " then " + request.getRemoteUser());
            })
        .start();
  }

  @AfterEach
  void stopTheApplication() {
    app.close();
    security.close();
  }

  private String userOf(String token) throws Exception {
    return app.get("/api/who", "Authorization", "Bearer " + token).body();
  }

  @Test
  void endpointIssuesTokenForTheGivenCredentials() throws Exception {
    String alices = app.open("alice:x", 5);
    assertThat(userOf(alices)).isEqualTo("alice");
    String answer =
        app.post(
                "/public/GetSessionToken",
                "application/x-www-form-urlencoded",
                "email=bob&password=x",
                "Authorization",
                "Bearer " + alices)
            .body();
    assertThat(userOf(WebApp.member(answer, "SessionToken"))).isEqualTo("bob");
    assertThat(userOf(alices)).isEqualTo("alice");
  }

  @Test
  void loginChangesUserOfTheRequest() throws Exception {
    String alices = app.open("alice:x", 5);
    assertThat(app.get("/public/login", "Authorization", "Bearer " + alices).body())
        .isEqualTo("alice then bob");
  }
}
