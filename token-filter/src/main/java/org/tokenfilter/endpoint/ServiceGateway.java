package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.CloseParameter;
import org.tokenfilter.config.ConfigurationKey;
import org.tokenfilter.config.Participant;
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

  private static final Logger LOG = LoggerFactory.getLogger(ServiceGatewayFilter.class);
  private static final String USERNAME = "username";
  private static final String PASSWORD = "password";
  private static final String TOKEN = "userToken";
  private static final FieldNames LOGIN = FieldNames.only(USERNAME, PASSWORD);
  private static final FieldNames TOKEN_ALONE = FieldNames.only(TOKEN);
  private static final Set<BodyType> BODIES = EnumSet.of(BodyType.JSON, BodyType.FORM);
  private static final List<String> POST = List.of("POST");

  /** The verbs at the end of its paths, in lower case. */
  static final Set<String> VERBS = Set.of("login", "logon", "logoff", "keepalive");

  private static final Duration SHORTEST = Duration.ofMinutes(5);
  private static final Duration LONGEST = Duration.ofDays(1);

  private final Participant participant;
  private final GatewayPaths paths;
  private final Logins logins;
  private final Duration idleTimeout;

  ServiceGateway(Participant participant, GatewayPaths paths, String name) {
    this.participant = participant;
    this.paths = paths;
    this.logins = new Logins(participant, name);
    this.idleTimeout = clamped(participant.security().service().policy().userIdleTimeout());
  }

  private static Duration clamped(Duration set) {
    Duration clamped = set;
    if (set.compareTo(SHORTEST) < 0) {
      clamped = SHORTEST;
    } else if (set.compareTo(LONGEST) > 0) {
      clamped = LONGEST;
    }
    if (!clamped.equals(set)) {
      LOG.warn(
          "{} is {}: user tokens of the service gateway must have PT5M to PT24H, and get {}",
          ConfigurationKey.USER_IDLE_TIMEOUT.key(),
          set,
          clamped);
    }
    return clamped;
  }

  /** Returns the route of a request; null if the request is for the application. */
  @Nullable Route route(HttpServletRequest request) {
    @Nullable String verb = paths.verb(request);
    if (verb == null) {
      return null;
    }
    return switch (verb) {
      case "login", "logon" -> new Route(POST, this::logIn);
      case "logoff" -> new Route(POST, this::logOff);
      case "keepalive" -> new Route(POST, this::keepAlive);
      default -> closes(request) ? new Route(List.of("GET", "POST"), this::close) : null;
    };
  }

  private static boolean closes(HttpServletRequest request) {
    try {
      return CloseParameter.of(request) == CloseParameter.TRUE;
    } catch (TokenRejectedException refusedByTheTokenFilter) {
      return false;
    }
  }

  private void logIn(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    Fields fields = Fields.ofBody(request, BODIES, LOGIN);
    Subject subject =
        logins.byFields(fields.required(USERNAME), fields.required(PASSWORD), request);
    IssuedToken token = service().issueUser(subject, idleTimeout, participant.clientOf(request));
    JsonAnswer.send(response, json -> json.writeStringField(TOKEN, token.value()));
  }

  private void keepAlive(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    PresentedToken presented = presentedInBodyToo(request);
    ActiveToken token = service().validateUser(presented);
    @Nullable String session = participant.sessionHeader().read(request);
    ActiveToken used =
        session == null ? token : service().continueSession(token, session, presented.client());
    Duration remaining = service().keepAlive(used).remaining();
    JsonAnswer.send(response, json -> Written.remaining(json, remaining));
  }

  private PresentedToken presentedInBodyToo(HttpServletRequest request)
      throws TokenRejectedException {
    @Nullable String inBody =
        Fields.hasBody(request) ? Fields.ofBody(request, BODIES, TOKEN_ALONE).get(TOKEN) : null;
    return participant.presentToActAtGateway(request, inBody);
  }

  private void logOff(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException {
    try {
      service().logOutUser(presentedInBodyToo(request));
    } catch (TokenRejectedException refused) {
      // A token that has already ended counts as logged out.
      if (!refused.rejection().isDeath()) {
        throw refused;
      }
    }
    response.setStatus(participant.logoutStatus());
  }

  private void close(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException {
    PresentedToken presented = participant.presentToActAtGateway(request, null);
    ActiveToken token = service().validateUser(presented);
    @Nullable String session = participant.sessionHeader().read(request);
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
      TokenRecord kept = service().continueSession(token, session, client).session();
      if (kept != null) {
        service().close(kept.id());
      }
    } catch (TokenRejectedException refused) {
      if (!refused.rejection().isDeath()) {
        throw refused;
      }
      // A session that has ended counts as closed once all nodes know of it. With clock skew, a
      // session that is expired here may be live on others.
      service().close(SessionId.parse(session).tokenId());
    }
  }

  private TokenService service() {
    return participant.security().service();
  }
}
