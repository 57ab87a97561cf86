package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A servlet that issues access tokens for user name and password (RFC 7617) and revokes them. Map
 * it to {@code /security/rest/*} or the path that the clients use.
 *
 * <pre>
 *   GET /security/rest/token/access/session/30      200 OK
 *   Authorization: Basic YWRtaW46Li4u               Set-Cookie: SESSION=q3W...; HttpOnly; ...
 *                                                   {"access_token":"eyJ...","session":"q3W...",
 *                                                    "username":"admin"}
 *
 *   GET /security/rest/token/access/0               200 OK
 *   Authorization: Basic YWRtaW46Li4u               {"access_token":"eyJ...","username":"admin"}
 *
 *   POST /security/rest/token/logout                204 No Content
 *   Authorization: Bearer eyJ...
 *   Cookie: SESSION=q3W...
 *
 *   GET /security/rest?_wadl                        200 OK, application/vnd.sun.wadl+xml
 * </pre>
 *
 * <p>The number is the time to live in minutes; 0 means an unlimited lifetime. POST does the same
 * as GET. A logout is answered with 200 if {@code token.logout.status} says so, for clients that do
 * not accept 204.
 */
public class AccessTokenServlet extends LoginServlet {

  @Serial private static final long serialVersionUID = 1L;

  private static final String SESSION_PATH = "/token/access/session/";
  private static final String OPEN_PATH = "/token/access/";
  private static final String LOGOUT_PATH = "/token/logout";
  private static final ApiDescription WADL =
      new ApiDescription("access-tokens.wadl", "application/vnd.sun.wadl+xml");
  private static final List<String> METHODS = List.of("GET", "POST");

  /**
   * Creates the servlet for web.xml and annotations. Its settings come from init-params and the
   * other configuration sources.
   */
  public AccessTokenServlet() {}

  /**
   * Creates the servlet for registration in code.
   *
   * @param security provides the settings; the caller closes it
   */
  public AccessTokenServlet(TokenSecurity security) {
    super(security);
  }

  @Override
  @Nullable Route route(HttpServletRequest request) {
    String path = request.getPathInfo() == null ? "/" : request.getPathInfo();
    String session = lastSegment(SESSION_PATH, path);
    if (session != null) {
      return new Route(METHODS, (in, out) -> issueSession(session, in, out));
    }
    String open = lastSegment(OPEN_PATH, path);
    if (open != null) {
      return new Route(METHODS, (in, out) -> issueOpen(open, in, out));
    }
    if (path.equals(LOGOUT_PATH)) {
      return new Route(METHODS, this::logout);
    }
    return path.equals("/") && isWadlRequest(request.getQueryString())
        ? new Route(List.of("GET"), AccessTokenServlet::sendWadl)
        : null;
  }

  /** Returns the remainder after the prefix if it is exactly one path segment; null otherwise. */
  private static @Nullable String lastSegment(String prefix, String path) {
    String step = path.startsWith(prefix) ? path.substring(prefix.length()) : "";
    return step.isEmpty() || step.indexOf('/') >= 0 ? null : step;
  }

  private static boolean isWadlRequest(@Nullable String query) {
    return query != null && (query.equals("_wadl") || query.equals("wadl"));
  }

  private static void sendWadl(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    WADL.send(request.getContextPath() + request.getServletPath(), response);
  }

  private void issueSession(String ttl, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    Duration life = MinutesParser.parse(ttl);
    Subject subject = login(request);
    IssuedToken token =
        service()
            .issueSession(
                subject,
                life,
                handle().transport().tokens().clientOf(request),
                handle().transport().tokens().sessionIds(request));
    handle().transport().cookies().addCookies(request, response, token);
    sendToken(response, token);
  }

  private void issueOpen(String ttl, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    Duration life = MinutesParser.parse(ttl);
    sendToken(
        response,
        service().issueOpen(login(request), life, handle().transport().tokens().clientOf(request)));
  }

  private Subject login(HttpServletRequest request) throws TokenRejectedException, IOException {
    return endpointLogin().loginByBasic(request);
  }

  private static void sendToken(HttpServletResponse response, IssuedToken token)
      throws IOException {
    JsonResponse.send(
        response,
        json -> {
          json.writeStringField("access_token", token.value());
          SessionId session = token.sessionId();
          if (session != null) {
            json.writeStringField("session", session.value());
          }
          json.writeStringField("username", token.record().subject());
        });
  }

  private void logout(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException {
    try {
      revoke(handle().transport().tokens().readForAction(request));
    } catch (TokenRejectedException refused) {
      // Cookies that cause the rejection would lock the user out, so they expire with it.
      handle().transport().expireCookies(request, response);
      throw refused;
    }
    handle().containerSession().onLogout(request);
    handle().transport().cookies().expireCookies(request, response);
    response.setStatus(handle().settings().logoutStatus());
  }

  /** Revokes a token. A token of this application that has already ended counts as revoked. */
  private void revoke(PresentedToken presented) throws TokenRejectedException {
    try {
      service().logout(presented);
    } catch (TokenRejectedException refused) {
      if (!refused.rejection().isTerminal()) {
        throw refused;
      }
      if (refused.rejection() == Rejection.EXPIRED) {
        // With clock skew the token may still be live on other nodes.
        service().revoke(presented);
      }
    }
  }
}
