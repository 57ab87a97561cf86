package org.tokenfilter.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.Principal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.eclipse.jetty.ee10.servlet.SessionHandler;
import org.eclipse.jetty.ee10.servlet.security.ConstraintSecurityHandler;
import org.eclipse.jetty.security.HashLoginService;
import org.eclipse.jetty.security.UserIdentity;
import org.eclipse.jetty.security.UserStore;
import org.eclipse.jetty.security.authentication.BasicAuthenticator;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Session;
import org.eclipse.jetty.util.security.Credential;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** Logins by the realm of a real Jetty, which has sessions of its own. */
final class ContainerAuthenticatorTest {

  private final List<String> queriedNames = new CopyOnWriteArrayList<>();
  @TempDir private Path folder;
  private TokenSecurity security;
  private WebApp app;

  /** A realm of Jetty that throws for one user. */
  private final class Realm extends HashLoginService {
    Realm() {
      UserStore users = new UserStore();
      users.addUser(
          "alice", Credential.getCredential("wonderland"), new String[] {"user", "secret"});
      users.addUser(
          "admin", Credential.getCredential("looking-glass"), new String[] {"user", "admin"});
      setUserStore(users);
    }

    @Override
    public UserIdentity login(
        String name, Object password, Request request, Function<Boolean, Session> session) {
      queriedNames.add(name);
      if (name.equals("down")) {
        throw new IllegalStateException("the directory is down");
      }
      return super.login(name, password, request, session);
    }
  }

  @BeforeEach
  void startTheApplication() throws Exception {
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    settings.remove("token.credentials.file");
    settings.put("token.credentials", "container");
    settings.put("token.credentials.roles", "user, admin");
    settings.put("token.carriers", "bearer,cookie");
    settings.put("token.paths.public", "/public/*");
    security = TokenSecurity.from(settings);
    app =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet(
                "/api/who",
                (request, response) ->
                    response
                        .getWriter()
                        .print(
                            request.getRemoteUser()
                                + " "
                                + request.isUserInRole("user")
                                + " "
                                + request.isUserInRole("admin")
                                + " "
                                + request.isUserInRole("secret")))
            .servlet(
                "/public/desk",
                (request, response) -> {
                  String outcome;
                  try {
                    outcome =
                        security
                            .loginService("test")
                            .login(
                                new UsernamePasswordCredential(
                                    request.getParameter("name"),
                                    request.getParameter("password").toCharArray(),
                                    container(request)),
                                security.proxies().clientOf(request))
                            .name();
                  } catch (TokenRejectedException e) {
                    outcome = e.rejection().name();
                  }
                  HttpServletRequest after = container(request);
                  response
                      .getWriter()
                      .print(
                          outcome
                              + " "
                              + after.getSession(false)
                              + " "
                              + after.getUserPrincipal()
                              + " "
                              + after.getRemoteUser()
                              + " "
                              + after.isUserInRole("user"));
                })
            .servlet(
                "/public/forward",
                (request, response) ->
                    Objects.requireNonNull(request.getRequestDispatcher("/api/switch"))
                        .forward(request, response))
            .servlet(
                "/api/switch",
                (request, response) -> {
                  request.login("admin", "looking-glass");
                  response.getWriter().print(request.getRemoteUser());
                });
    ConstraintSecurityHandler guard = new ConstraintSecurityHandler();
    guard.setLoginService(new Realm());
    guard.setAuthenticator(new BasicAuthenticator());
    app.context().setSessionHandler(new SessionHandler());
    app.context().setSecurityHandler(guard);
    app.start();
  }

  private static HttpServletRequest container(HttpServletRequest request) {
    return (HttpServletRequest) ((ServletRequestWrapper) request).getRequest();
  }

  @AfterEach
  void stopTheApplication() {
    app.close();
    security.close();
  }

  @Test
  void realmProvidesNameAndRoles() throws Exception {
    assertThat(app.get("/api/who", app.session(Accounts.ALICE, 5).headers()).body())
        .isEqualTo("alice true false false");
    assertThat(app.get("/api/who", app.session(Accounts.ADMIN, 5).headers()).body())
        .isEqualTo("admin true true false");
  }

  @Test
  void wrongPasswordAndUnknownUserGetTheSameAnswer() throws Exception {
    String first = null;
    for (String credentials : List.of("alice:wrong", "nobody:wonderland")) {
      HttpResponse<String> answer =
          app.get("/security/rest/token/access/5", "Authorization", WebApp.basic(credentials));
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().allValues("WWW-Authenticate"))
          .containsExactly("Basic realm=\"ROOT\", charset=\"UTF-8\"");
      first = first == null ? answer.body() : first;
      assertThat(answer.body()).isEqualTo(first);
    }
    assertThat(queriedNames).containsExactly("alice", "nobody");
  }

  /** Jetty passes on the exception of its realm. */
  @Test
  void unavailableRealmIsNoWrongPassword() throws Exception {
    for (int i = 0; i < 12; i++) {
      HttpResponse<String> answer =
          app.get(
              "/security/rest/token/access/5", "Authorization", WebApp.basic("down:wonderland"));
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().allValues("Retry-After")).containsExactly("1");
      assertThat(answer.body()).doesNotContain("directory");
    }
  }

  @Test
  void rightPasswordSucceedsWhileAnotherUserIsLoggedIn() throws Exception {
    for (String known : List.of("alice:wonderland", "admin:looking-glass", "alice:wrong")) {
      for (String login : List.of("alice wonderland alice", "admin looking-glass admin")) {
        List<String> words = List.of(login.split(" ", -1));
        assertThat(
                app.get(
                        "/public/desk?name=" + words.get(0) + "&password=" + words.get(1),
                        "Authorization",
                        WebApp.basic(known))
                    .body())
            .startsWith(words.get(2) + " ");
      }
      assertThat(
              app.get(
                      "/public/desk?name=bob&password=wonderland",
                      "Authorization",
                      WebApp.basic(known))
                  .body())
          .startsWith("WRONG_CREDENTIALS ");
    }
  }

  /** Tomcat and Undertow throw in this case, without checking the password. */
  @Test
  void logsOutKnownUserAndTriesAgain() throws Exception {
    HttpServletRequest request = mock(HttpServletRequest.class);
    Principal alice = () -> "alice";
    when(request.getUserPrincipal()).thenReturn(alice);
    doThrow(new ServletException("known already")).doNothing().when(request).login(any(), any());
    assertThat(authenticate(request)).isPresent();
    verify(request, times(2)).logout();
  }

  @Test
  void refusesWrongPasswordOfKnownUser() throws Exception {
    HttpServletRequest request = mock(HttpServletRequest.class);
    Principal alice = () -> "alice";
    when(request.getUserPrincipal()).thenReturn(alice);
    doThrow(new ServletException("no")).when(request).login(any(), any());
    assertThat(authenticate(request)).isEmpty();
    verify(request, times(2)).login(any(), any());
    verify(request).logout();
  }

  @Test
  void causeOfServletExceptionIsNoRefusal() throws Exception {
    for (Throwable cause :
        List.of(new IllegalStateException("a defect"), new IOException("away"), new Error("x"))) {
      HttpServletRequest request = mock(HttpServletRequest.class);
      doThrow(new ServletException("no", cause)).when(request).login(any(), any());
      assertThatIOException().isThrownBy(() -> authenticate(request));
    }
  }

  @Test
  void createsNoContainerSessionAndLogsOut() throws Exception {
    for (String login : List.of("alice wonderland alice", "alice wrong WRONG_CREDENTIALS")) {
      List<String> words = List.of(login.split(" ", -1));
      HttpResponse<String> answer =
          app.get("/public/desk?name=" + words.get(0) + "&password=" + words.get(1));
      assertThat(answer.body()).isEqualTo(words.get(2) + " null null null false");
      assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
    }
    HttpResponse<String> answer =
        app.get(
            "/security/rest/token/access/session/5", "Authorization", WebApp.basic(Accounts.ALICE));
    assertThat(answer.headers().allValues("Set-Cookie"))
        .hasSize(2)
        .allMatch(cookie -> cookie.startsWith("SESSION=") || cookie.startsWith("token="));
  }

  @Test
  void forwardedPageLogsInOnce() throws Exception {
    HttpResponse<String> answer =
        app.get("/public/forward", app.session(Accounts.ALICE, 5).headers());
    assertThat(answer.body()).isEqualTo("admin");
    assertThat(queriedNames).containsExactly("alice", "admin");
    assertThat(answer.headers().allValues("Set-Cookie")).hasSize(2);
  }

  @Test
  void defectOfTheRealmIsNoRefusal() throws Exception {
    HttpServletRequest request = mock(HttpServletRequest.class);
    doThrow(new IllegalStateException("a defect")).when(request).login(any(), any());
    assertThatIllegalStateException().isThrownBy(() -> authenticate(request));
  }

  @Test
  void failsAndLogsOutIfTheRealmNamesNoUser() throws Exception {
    HttpServletRequest request = mock(HttpServletRequest.class);
    assertThatIOException().isThrownBy(() -> authenticate(request));
    verify(request).logout();
  }

  @Test
  void failsIfLogoutFails() throws Exception {
    HttpServletRequest request = mock(HttpServletRequest.class);
    Principal alice = () -> "alice";
    when(request.getUserPrincipal()).thenReturn(alice);
    doThrow(new ServletException("no")).when(request).logout();
    assertThatIOException().isThrownBy(() -> authenticate(request));
  }

  @Test
  void makesNoFurtherCallsAfterARefusal() throws Exception {
    HttpServletRequest request = mock(HttpServletRequest.class);
    doThrow(new ServletException("no")).when(request).login(any(), any());
    assertThat(authenticate(request)).isEmpty();
    verify(request, never()).logout();
    verify(request, never()).getSession();
    verify(request, never()).getSession(true);
  }

  private static Optional<Subject> authenticate(HttpServletRequest request) throws IOException {
    return new ContainerAuthenticator(Set.of("user"))
        .authenticate(new UsernamePasswordCredential("alice", "wonderland".toCharArray(), request));
  }
}
