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
public class TokenQueryServlet extends LoginEndpoint {

  @Serial private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(TokenQueryServlet.class);

  private static final String TOKEN = "SessionToken";
  private static final String MINUTES = "Minutes";
  private static final FieldNames QUERY = FieldNames.among(TOKEN, MINUTES);
  private static final FieldNames WITH_CREDENTIALS = SentCredentials.namesWith(TOKEN, MINUTES);
  private static final Set<BodyType> FORM_ALONE = EnumSet.of(BodyType.FORM);
  private static final List<String> METHODS = List.of("GET", "POST");
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final String USUAL = "30";

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
  void start(TokenSecurity security) {
    super.start(security);
    if (participant().takesQueryCredentials()) {
      LOG.warn(
          "{}=true: {} accepts passwords and API keys in the query, which containers and proxies"
              + " write into their access logs. Configure these to log the path without the query,"
              + " and change the clients to Basic or a form as soon as possible",
          ConfigurationKey.QUERY_CREDENTIALS.key(),
          getServletName());
    }
  }

  @Override
  Wording wording() {
    return new Envelope.Errors();
  }

  @Override
  @Nullable Route route(HttpServletRequest request) {
    Envelope envelope = Envelope.open(request, participant().security());
    return switch (step(request)) {
      case "/GetSessionToken" -> route((in, out) -> give(envelope, in, out));
      case "/QuerySessionToken" -> route((in, out) -> query(envelope, in, out));
      case "/RenewSessionToken" -> route((in, out) -> renew(envelope, in, out));
      case "/RevokeSessionToken" -> route((in, out) -> revoke(envelope, in, out));
      default -> null;
    };
  }

  /** Returns the path below the base, or the last segment of a path that is mapped exactly. */
  private static String step(HttpServletRequest request) {
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

  private void give(Envelope envelope, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    boolean byQuery = participant().takesQueryCredentials();
    Fields query = Fields.ofQuery(request, byQuery ? WITH_CREDENTIALS : QUERY);
    Fields form = form(request);
    Duration idle = minutes(either(query.get(MINUTES), form.get(MINUTES), MINUTES));
    Subject subject = logIn(SentCredentials.among(query), SentCredentials.among(form), request);
    IssuedToken token = service().issueUser(subject, idle, participant().clientOf(request));
    ActiveToken fresh = new ActiveToken(token.record(), null, token.record().lastUsedAt());
    envelope.sendResult(
        response,
        json -> {
          json.writeStringField(TOKEN, token.value());
          Envelope.writeRemaining(json, fresh);
        });
  }

  private Subject logIn(
      @Nullable SentCredentials query, @Nullable SentCredentials form, HttpServletRequest request)
      throws TokenRejectedException, IOException {
    SentCredentials sent = query == null ? form : query;
    boolean byBasic = Logins.isByBasic(request);
    if (sent == null) {
      if (!byBasic) {
        warnOfIgnored(request);
      }
      return logins().byBasic(request);
    }
    if (byBasic || (query != null && form != null)) {
      throw SentCredentials.twice();
    }
    return sent.logIn(logins(), request);
  }

  /**
   * Warns the operator if a client without other means is refused since its credentials are in the
   * query.
   */
  private void warnOfIgnored(HttpServletRequest request) {
    if (!participant().takesQueryCredentials() && hasCredentialsInQuery(request)) {
      participant()
          .security()
          .notices()
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
      return SentCredentials.among(Fields.ofQuery(request, WITH_CREDENTIALS)) != null;
    } catch (TokenRejectedException malformed) {
      return true;
    }
  }

  private static Duration minutes(@Nullable String text) throws TokenRejectedException {
    Duration minutes = Minutes.parse(text == null ? USUAL : text);
    if (minutes.compareTo(SHORTEST) < 0 || minutes.compareTo(LONGEST) > 0) {
      throw new TokenRejectedException(
          Rejection.BAD_REQUEST, MINUTES + " is 1 to " + LONGEST.toMinutes());
    }
    return minutes;
  }

  private void query(Envelope envelope, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    ActiveToken token = active(token(request), request).lookedAt();
    envelope.sendResult(response, json -> Envelope.writeRemaining(json, token));
  }

  private void renew(Envelope envelope, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    String text = token(request);
    ActiveToken token = service().keepAlive(active(text, request));
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
    service().logOutUser(presented(token(request), request));
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
  private static String token(HttpServletRequest request) throws TokenRejectedException {
    Fields query = Fields.ofQuery(request, QUERY);
    String parameter = either(query.get(TOKEN), form(request).get(TOKEN), TOKEN);
    String token = either(parameter, Authorization.credentials(request, "bearer"), TOKEN);
    if (token == null || token.isEmpty()) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, TOKEN + " is missing");
    }
    return token;
  }

  private static @Nullable String either(@Nullable String one, @Nullable String other, String name)
      throws TokenRejectedException {
    if (one != null && other != null && !one.equals(other)) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "two of " + name + " that differ");
    }
    return one == null ? other : one;
  }

  private static Fields form(HttpServletRequest request) throws TokenRejectedException {
    return request.getMethod().equals("POST") && Fields.hasBody(request)
        ? Fields.ofBody(request, FORM_ALONE, WITH_CREDENTIALS)
        : Fields.none();
  }

  private ActiveToken active(String token, HttpServletRequest request)
      throws TokenRejectedException {
    return service().validateUser(presented(token, request));
  }

  private PresentedToken presented(String token, HttpServletRequest request)
      throws TokenRejectedException {
    return new PresentedToken(token, Set.of(), participant().clientOf(request), false);
  }
}
