package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.SecurityHandle;
import org.tokenfilter.gateway.CloseParameter;
import org.tokenfilter.gateway.GatewayPaths;
import org.tokenfilter.gateway.GatewayTokenReader;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The handler of a service gateway's own requests: login, keep-alive, logoff and the closing of a
 * session. Thread-safe.
 */
final class ServiceGateway {

  private static final String USERNAME = "username";
  private static final String PASSWORD = "password";
  private static final String TOKEN = "userToken";
  private static final AllowedParameters LOGIN =
      AllowedParameters.rejectingOthers(USERNAME, PASSWORD);
  private static final AllowedParameters TOKEN_ONLY = AllowedParameters.rejectingOthers(TOKEN);
  private static final Set<BodyType> BODIES = EnumSet.of(BodyType.JSON, BodyType.FORM);
  private static final List<String> POST = List.of("POST");

  private final SecurityHandle handle;
  private final GatewayPaths paths;
  private final GatewayTokenReader tokens;
  private final EndpointLogin endpointLogin;
  private final Duration idleTimeout;

  /**
   * Creates the handler of a filter's requests.
   *
   * @param name the name of the filter
   * @param idleTimeout the idle timeout of the user tokens that it issues
   */
  ServiceGateway(SecurityHandle handle, GatewayPaths paths, String name, Duration idleTimeout) {
    this.handle = handle;
    this.paths = paths;
    this.tokens = new GatewayTokenReader(handle.transport().tokens());
    this.endpointLogin = new EndpointLogin(handle, name);
    this.idleTimeout = idleTimeout;
  }

  /** Returns the route of a request; null if the request is for the application. */
  @Nullable Route route(HttpServletRequest request) {
    @Nullable String verb = paths.verb(request);
    if (verb == null) {
      return null;
    }
    return switch (verb) {
      case "login", "logon" -> new Route(POST, this::login);
      case "logoff" -> new Route(POST, this::logout);
      case "keepalive" -> new Route(POST, this::keepAlive);
      default -> isCloseRequest(request) ? new Route(List.of("GET", "POST"), this::close) : null;
    };
  }

  private static boolean isCloseRequest(HttpServletRequest request) {
    try {
      return CloseParameter.of(request) == CloseParameter.TRUE;
    } catch (TokenRejectedException refusedByTheTokenFilter) {
      return false;
    }
  }

  private void login(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    RequestParameters parameters = RequestParameters.ofBody(request, BODIES, LOGIN);
    Subject subject =
        endpointLogin.loginByPassword(
            parameters.required(USERNAME), parameters.required(PASSWORD), request);
    IssuedToken token =
        service().issueUser(subject, idleTimeout, handle.transport().tokens().clientOf(request));
    JsonResponse.send(response, json -> json.writeStringField(TOKEN, token.value()));
  }

  private void keepAlive(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    PresentedToken presented = readTokenIncludingBody(request);
    ActiveToken token = service().validateUser(presented);
    @Nullable String session = handle.transport().sessionHeader().read(request);
    ActiveToken used =
        session == null ? token : service().useSession(token, session, presented.client());
    Duration remaining = service().keepAlive(used).remaining();
    JsonResponse.send(response, json -> JsonValues.writeRemaining(json, remaining));
  }

  private PresentedToken readTokenIncludingBody(HttpServletRequest request)
      throws TokenRejectedException {
    @Nullable String inBody =
        RequestParameters.hasBody(request)
            ? RequestParameters.ofBody(request, BODIES, TOKEN_ONLY).get(TOKEN)
            : null;
    return tokens.readForAction(request, inBody);
  }

  private void logout(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException {
    try {
      service().logoutUser(readTokenIncludingBody(request));
    } catch (TokenRejectedException refused) {
      // A token that has already ended counts as logged out.
      if (!refused.rejection().isTerminal()) {
        throw refused;
      }
    }
    response.setStatus(handle.settings().logoutStatus());
  }

  private void close(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException {
    PresentedToken presented = tokens.readForAction(request, null);
    ActiveToken token = service().validateUser(presented);
    @Nullable String session = handle.transport().sessionHeader().read(request);
    if (session == null) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "the session to close is missing");
    }
    closeSession(token, session, presented.client());
    service().renew(token);
    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
  }

  private void closeSession(ActiveToken token, String session, ClientAddress client)
      throws TokenRejectedException {
    try {
      TokenRecord kept = service().useSession(token, session, client).session();
      if (kept != null) {
        service().revoke(kept.id());
      }
    } catch (TokenRejectedException refused) {
      if (!refused.rejection().isTerminal()) {
        throw refused;
      }
      // A session that has ended counts as closed once all nodes know of it. With clock skew, a
      // session that is expired here may be live on others.
      service().revoke(SessionId.parse(session).tokenId());
    }
  }

  private TokenService service() {
    return handle.security().service();
  }
}
