package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.MappingMatch;
import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.Authorization;
import org.tokenfilter.config.ConfigurationKey;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A servlet that issues, queries, renews and revokes user tokens that travel as a parameter. Map it
 * to the four paths, at the root or below a path that the clients use.
 *
 * <pre>
 *   GET /GetSessionToken?Minutes=30          {"ServerDateTime":"2026-11-22T01:02:03.456Z",
 *   Authorization: Basic YWRtaW46Li4u         "TimeStamp":2461366.543095556,"ExecutionTime":0.42,
 *                                             "Result":{"SessionToken":"eyJ...","Remaining":1800000}}
 *   GET /QuerySessionToken?SessionToken=T    ... "Result":{"Remaining":1799123}}
 *   GET /RenewSessionToken?SessionToken=T    ... "Result":{"LastActive":"2026-11-22T01:02:03Z",
 *                                             "SessionToken":"T","Remaining":1800000}}
 *   GET /RevokeSessionToken?SessionToken=T   ... "Result":{"Status":200,"Detail":"..."}}
 * </pre>
 *
 * <p>Each path accepts POST with a form as well, in which {@code email} and {@code password}, or
 * {@code APIKey}, may replace Basic. {@code Authorization: Bearer} may replace the parameter.
 * Credentials in the query are accepted only if {@code token.query.credentials} is on, which logs a
 * warning at startup. Querying a token does not renew it. A refusal has {@code
 * "Errors":{"Status":401,"Detail":"..."}} instead of the result.
 */
public class TokenQueryServlet extends LoginServlet {

  @Serial private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(TokenQueryServlet.class);

  private static final String TOKEN = "SessionToken";
  private static final String MINUTES = "Minutes";
  private static final AllowedParameters QUERY = AllowedParameters.ignoringOthers(TOKEN, MINUTES);
  private static final AllowedParameters WITH_CREDENTIALS =
      ParameterCredentials.allowedWith(TOKEN, MINUTES);
  private static final Set<BodyType> FORM_ONLY = EnumSet.of(BodyType.FORM);
  private static final List<String> METHODS = List.of("GET", "POST");
  private static final Duration MIN_IDLE_TIMEOUT = Duration.ofMinutes(1);
  private static final Duration MAX_IDLE_TIMEOUT = Duration.ofDays(1);
  private static final String DEFAULT_MINUTES = "30";

  /**
   * Creates the servlet for web.xml and annotations. Its settings come from init-params and the
   * other configuration sources.
   */
  public TokenQueryServlet() {}

  /**
   * Creates the servlet for registration in code.
   *
   * @param security provides the settings; the caller closes it
   */
  public TokenQueryServlet(TokenSecurity security) {
    super(security);
  }

  @Override
  void onInit(TokenSecurity security) {
    super.onInit(security);
    if (handle().settings().allowsQueryCredentials()) {
      LOG.warn(
          "{}=true: {} accepts passwords and API keys in the query, which containers and proxies"
              + " write into their access logs. Configure these to log the path without the query,"
              + " and change the clients to Basic or a form as soon as possible",
          ConfigurationKey.QUERY_CREDENTIALS.key(),
          getServletName());
    }
  }

  @Override
  ErrorFormat errorFormat() {
    return new Envelope.EnvelopeErrorFormat();
  }

  @Override
  @Nullable Route route(HttpServletRequest request) {
    Envelope envelope = Envelope.start(request, handle().security());
    return switch (lastSegment(request)) {
      case "/GetSessionToken" -> route((in, out) -> issue(envelope, in, out));
      case "/QuerySessionToken" -> route((in, out) -> query(envelope, in, out));
      case "/RenewSessionToken" -> route((in, out) -> renew(envelope, in, out));
      case "/RevokeSessionToken" -> route((in, out) -> revoke(envelope, in, out));
      default -> null;
    };
  }

  /** Returns the path below the base, or the last segment of a path that is mapped exactly. */
  private static String lastSegment(HttpServletRequest request) {
    String below = request.getPathInfo();
    if (below != null) {
      return below;
    }
    String path = request.getServletPath();
    boolean whole = request.getHttpServletMapping().getMappingMatch() == MappingMatch.EXACT;
    return whole ? path.substring(path.lastIndexOf('/')) : path;
  }

  private static Route route(Route.Action action) {
    return new Route(METHODS, action);
  }

  private void issue(Envelope envelope, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    boolean byQuery = handle().settings().allowsQueryCredentials();
    RequestParameters query =
        RequestParameters.ofQuery(request, byQuery ? WITH_CREDENTIALS : QUERY);
    RequestParameters form = form(request);
    Duration idle = parseIdleTimeout(requireSame(query.get(MINUTES), form.get(MINUTES), MINUTES));
    Subject subject =
        login(ParameterCredentials.from(query), ParameterCredentials.from(form), request);
    IssuedToken token =
        service().issueUser(subject, idle, handle().transport().tokens().clientOf(request));
    ActiveToken fresh = new ActiveToken(token.record(), null, token.record().lastUsedAt());
    envelope.sendResult(
        response,
        json -> {
          json.writeStringField(TOKEN, token.value());
          Envelope.writeRemaining(json, fresh);
        });
  }

  private Subject login(
      @Nullable ParameterCredentials query,
      @Nullable ParameterCredentials form,
      HttpServletRequest request)
      throws TokenRejectedException, IOException {
    ParameterCredentials sent = query == null ? form : query;
    boolean byBasic = EndpointLogin.hasBasicCredentials(request);
    if (sent == null) {
      if (!byBasic) {
        warnAboutIgnoredCredentials(request);
      }
      return endpointLogin().loginByBasic(request);
    }
    if (byBasic || (query != null && form != null)) {
      throw ParameterCredentials.givenTwice();
    }
    return sent.login(endpointLogin(), request);
  }

  /**
   * Warns the operator if a client without other means is refused since its credentials are in the
   * query.
   */
  private void warnAboutIgnoredCredentials(HttpServletRequest request) {
    if (!handle().settings().allowsQueryCredentials() && hasCredentialsInQuery(request)) {
      handle()
          .security()
          .operatorLog()
          .warn(
              LOG,
              "credentials in the query",
              "A request for a token is refused with 401: its credentials are in the query, where"
                  + " they are ignored. Let the client send them by Basic or in a form or, if it"
                  + " cannot, set {}=true",
              ConfigurationKey.QUERY_CREDENTIALS.key());
    }
  }

  private static boolean hasCredentialsInQuery(HttpServletRequest request) {
    try {
      return ParameterCredentials.from(RequestParameters.ofQuery(request, WITH_CREDENTIALS))
          != null;
    } catch (TokenRejectedException malformed) {
      return true;
    }
  }

  private static Duration parseIdleTimeout(@Nullable String text) throws TokenRejectedException {
    Duration minutes = MinutesParser.parse(text == null ? DEFAULT_MINUTES : text);
    if (minutes.compareTo(MIN_IDLE_TIMEOUT) < 0 || minutes.compareTo(MAX_IDLE_TIMEOUT) > 0) {
      throw new TokenRejectedException(
          Rejection.BAD_REQUEST, MINUTES + " is 1 to " + MAX_IDLE_TIMEOUT.toMinutes());
    }
    return minutes;
  }

  private void query(Envelope envelope, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    ActiveToken token = validate(readToken(request), request).asPassive();
    envelope.sendResult(response, json -> Envelope.writeRemaining(json, token));
  }

  private void renew(Envelope envelope, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    String text = readToken(request);
    ActiveToken token = service().keepAlive(validate(text, request));
    envelope.sendResult(
        response,
        json -> {
          json.writeStringField(
              "LastActive", token.usedAt().truncatedTo(ChronoUnit.SECONDS).toString());
          json.writeStringField(TOKEN, text);
          Envelope.writeRemaining(json, token);
        });
  }

  private void revoke(Envelope envelope, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    service().logoutUser(toPresentedToken(readToken(request), request));
    envelope.sendResult(
        response,
        json -> {
          json.writeNumberField("Status", HttpServletResponse.SC_OK);
          json.writeStringField("Detail", "The session token is revoked.");
        });
  }

  /**
   * Returns the token of a request. All its occurrences in the request must be equal.
   *
   * @throws TokenRejectedException if the token is missing, or two of them differ
   */
  private static String readToken(HttpServletRequest request) throws TokenRejectedException {
    RequestParameters query = RequestParameters.ofQuery(request, QUERY);
    String parameter = requireSame(query.get(TOKEN), form(request).get(TOKEN), TOKEN);
    String token = requireSame(parameter, Authorization.credentials(request, "bearer"), TOKEN);
    if (token == null || token.isEmpty()) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, TOKEN + " is missing");
    }
    return token;
  }

  private static @Nullable String requireSame(
      @Nullable String one, @Nullable String other, String name) throws TokenRejectedException {
    if (one != null && other != null && !one.equals(other)) {
      throw new TokenRejectedException(
          RefusalCause.CONTRADICTION, "two of " + name + " that differ");
    }
    return one == null ? other : one;
  }

  private static RequestParameters form(HttpServletRequest request) throws TokenRejectedException {
    return request.getMethod().equals("POST") && RequestParameters.hasBody(request)
        ? RequestParameters.ofBody(request, FORM_ONLY, WITH_CREDENTIALS)
        : RequestParameters.none();
  }

  private ActiveToken validate(String token, HttpServletRequest request)
      throws TokenRejectedException {
    return service().validateUser(toPresentedToken(token, request));
  }

  private PresentedToken toPresentedToken(String token, HttpServletRequest request)
      throws TokenRejectedException {
    return new PresentedToken(
        token, Set.of(), handle().transport().tokens().clientOf(request), false);
  }
}
