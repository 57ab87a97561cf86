package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A servlet that issues the single token of an API client and exchanges it for a successor. Map it
 * to {@code /routelink/v1/*}, {@code /routelink/v2/*} or the path that the clients use.
 *
 * <pre>
 *   POST /routelink/v1/sessionOpen/sandbox          200 OK
 *   {"username":"user1","password":"...",           {"token":"eyJ...",
 *    "apiClientName":"sandboxApiTest"}               "expiration":"01/09/2017 15:56:21"}
 *
 *   GET /routelink/v1/refreshToken                  200 OK
 *   Authorization: Bearer eyJ...                    {"token":"eyJ...","expiration":"..."}
 * </pre>
 *
 * <p>The expiration is in GMT. A client that already has a live token receives 409, or 200 if
 * {@code token.client.live-status} says so, and must refresh its token. POST refreshes as well.
 */
public class ApiClientServlet extends LoginServlet {

  @Serial private static final long serialVersionUID = 1L;

  private static final String OPEN_PATH = "/sessionOpen/";
  private static final String REFRESH_PATH = "/refreshToken";
  private static final String USERNAME = "username";
  private static final String PASSWORD = "password";
  private static final String CLIENT = "apiClientName";
  private static final AllowedParameters PARAMETERS =
      AllowedParameters.ignoringOthers(USERNAME, PASSWORD, CLIENT);
  private static final Set<BodyType> JSON_ONLY = EnumSet.of(BodyType.JSON);
  private static final Pattern CLIENT_NAME = Pattern.compile("[A-Za-z0-9._ -]{1,64}");
  private static final DateTimeFormatter EXPIRATION_FORMAT =
      DateTimeFormatter.ofPattern("MM/dd/uuuu HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private transient Set<String> environments = Set.of();

  /**
   * Creates the servlet for web.xml and annotations. Its settings come from init-params and the
   * other configuration sources.
   */
  public ApiClientServlet() {}

  /**
   * Creates the servlet for registration in code.
   *
   * @param security provides the settings; the caller closes it
   */
  public ApiClientServlet(TokenSecurity security) {
    super(security);
  }

  @Override
  void onInit(TokenSecurity security) {
    super.onInit(security);
    environments = handle().settings().clientEnvironments();
  }

  @Override
  @Nullable Route route(HttpServletRequest request) {
    String path = String.valueOf(request.getPathInfo());
    if (path.equals(REFRESH_PATH)) {
      return new Route(List.of("GET", "POST"), this::refresh);
    }
    String environment = path.startsWith(OPEN_PATH) ? path.substring(OPEN_PATH.length()) : "";
    return environments.contains(environment)
        ? new Route(List.of("POST"), (in, out) -> issue(environment, in, out))
        : null;
  }

  private void issue(String environment, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    RequestParameters parameters = RequestParameters.ofBody(request, JSON_ONLY, PARAMETERS);
    String username = parameters.required(USERNAME);
    String password = parameters.required(PASSWORD);
    String client = parameters.required(CLIENT);
    if (!CLIENT_NAME.matcher(client).matches()) {
      throw new TokenRejectedException(
          Rejection.BAD_REQUEST, CLIENT + " is 1 to 64 of A-Z a-z 0-9 . _ - and space");
    }
    Subject subject = endpointLogin().loginByPassword(username, password, request);
    try {
      sendToken(response, service().issueApiClientToken(subject, environment, client));
    } catch (TokenRejectedException refused) {
      if (refused.rejection() != Rejection.CLIENT_TOKEN_LIVE) {
        throw refused;
      }
      sendConflict(client, response);
    }
  }

  private void refresh(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    sendToken(response, service().refresh(handle().transport().tokens().readForAction(request)));
  }

  private static void sendToken(HttpServletResponse response, IssuedToken token)
      throws IOException {
    JsonResponse.send(
        response,
        json -> {
          json.writeStringField("token", token.value());
          json.writeStringField("expiration", EXPIRATION_FORMAT.format(token.record().expiresAt()));
        });
  }

  /**
   * Sends the response for a client whose token is live. Existing clients read the misspelt member
   * {@code messsage}, new ones the correct one.
   */
  private void sendConflict(String client, HttpServletResponse response) throws IOException {
    String message =
        "Token has not expired for the api client '"
            + client
            + "'. Please use the /refreshToken api to get a new token.";
    JsonResponse.Members members =
        json -> {
          json.writeStringField("error", "temporary");
          json.writeStringField("message", message);
          json.writeStringField("messsage", message);
        };
    if (handle().settings().clientLiveStatus() == HttpServletResponse.SC_OK) {
      JsonResponse.send(response, members);
    } else {
      Problem problem = handle().security().problems().of(Rejection.CLIENT_TOKEN_LIVE);
      problem.send(response, JsonResponse.CONTENT_TYPE, JsonResponse.toBytes(members));
    }
  }

  /**
   * Returns a format that describes a bad request to the client, where "permanent" means that a
   * retry fails as well. All other errors are problem documents.
   */
  @Override
  ErrorFormat errorFormat() {
    return new BadRequestFormat(
        why ->
            json -> {
              json.writeStringField("error", "permanent");
              json.writeStringField("message", why);
            });
  }
}
