package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.tokenfilter.endpoint.ApiClientServlet;
import org.tokenfilter.endpoint.IntrospectionServlet;
import org.tokenfilter.endpoint.RevocationServlet;
import org.tokenfilter.endpoint.ServiceGatewayFilter;
import org.tokenfilter.endpoint.SessionsServlet;
import org.tokenfilter.endpoint.TokenQueryServlet;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;

/** An attacked application with all families, and pages that dispatch to protected pages. */
final class AllFamiliesApp {

  static final String PAGE = "/secure/x";
  static final String FORWARD = "/public/forward";
  static final String INCLUDE = "/public/include";
  static final String ASYNC = "/public/async";
  static final String GATEWAY_PAGE = "/gate/s1/data";
  static final String LOGIN = "/gate/s1/login";
  static final String KEEP_ALIVE = "/gate/s1/keepAlive";
  static final String LOGOUT = "/security/rest/token/logout";
  static final String SESSIONS = "/sessions";
  static final String SESSION_OPEN = "/routelink/v1/sessionOpen/live";
  static final String REFRESH = "/routelink/v1/refreshToken";
  static final String GET = "/GetSessionToken";
  static final String QUERY = "/QuerySessionToken";
  static final String RENEW = "/RenewSessionToken";
  static final String REVOKE_SESSION_TOKEN = "/RevokeSessionToken";
  static final String INTROSPECT = "/oauth/introspect";
  static final String REVOKE = "/oauth/revoke";

  /** The credentials of a caller that is allowed to introspect. */
  static final String INTROSPECTOR = "Authorization: " + WebApp.basic(Accounts.ADMIN);

  private static final String GATE = "/gate/*";
  private static final AtomicInteger CLIENTS = new AtomicInteger();

  private AllFamiliesApp() {}

  static AttackedApp.Plan plan(Path folder) {
    return AttackedApp.plan(folder)
        .setting("token.gateway.paths", GATE)
        .setting("token.introspection.role", "admin")
        .setting("token.login.failures", "1000")
        .filterParam("token.carriers", "bearer,cookie")
        .register(AllFamiliesApp::register);
  }

  static void register(AttackedApp.Registrations registrations) {
    AttackedApp app = registrations.app();
    registrations
        .context()
        .addFilter("gateway", new ServiceGatewayFilter(app.security))
        .addMappingForUrlPatterns(null, false, GATE);
    registrations
        .servlet("clients", new ApiClientServlet(), "/routelink/v1/*")
        .servlet("queries", new TokenQueryServlet(), GET, QUERY, RENEW, REVOKE_SESSION_TOKEN)
        .servlet("sessions", new SessionsServlet(), "/sessions/*")
        .servlet("introspection", new IntrospectionServlet(), INTROSPECT)
        .servlet("revocation", new RevocationServlet(), REVOKE)
        .servlet(
            "gateway-page",
            (request, response) -> {
              app.ran(request);
              response.getWriter().print("data of " + request.getRemoteUser());
            },
            GATE)
        .servlet(
            "forward",
            (request, response) -> request.getRequestDispatcher(PAGE).forward(request, response),
            FORWARD)
        .servlet(
            "include",
            (request, response) -> {
              response.getWriter().print("public page ");
              request.getRequestDispatcher(PAGE).include(request, response);
            },
            INCLUDE)
        .servlet("async", (request, response) -> dispatch(request), ASYNC);
  }

  private static void dispatch(HttpServletRequest request) {
    request.startAsync().dispatch(PAGE);
  }

  /** Issues a user token of family 3. */
  static String user(AttackedApp app, String account) throws IOException {
    Answer answer = app.http().get(GET, "Authorization: " + WebApp.basic(account));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return app.secret(WebApp.member(answer.body(), "SessionToken"));
  }

  /** Issues a token of family 2 to a new API client. */
  static String apiClient(AttackedApp app) throws IOException {
    String body =
        "{\"username\":\"alice\",\"password\":\"wonderland\",\"apiClientName\":\"c%d\"}"
            .formatted(CLIENTS.incrementAndGet());
    Answer answer = app.http().post(SESSION_OPEN, "application/json", body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return app.secret(WebApp.member(answer.body(), "token"));
  }

  /** Issues a token of this kind. */
  static String issue(AttackedApp app, TokenRoute.AcceptedKind kind) throws IOException {
    return switch (kind) {
      case OPEN -> app.open(Accounts.ALICE, 60);
      case USER -> user(app, Accounts.ALICE);
      case API_CLIENT -> apiClient(app);
    };
  }
}
