package org.tokenfilter.carrier;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.tokenfilter.token.Rejection;

/**
 * What each refusal looks like (RFC 6750, 3; RFC 7617, 2; RFC 9457). Made once for an application.
 * Immutable.
 */
public final class Problems {

  private static final String CHALLENGE = "WWW-Authenticate";
  private static final String REFRESH_SECONDS = "60";
  private static final String RETRY_SECONDS = "1";

  private final Map<Rejection, Problem> refusals = new EnumMap<>(Rejection.class);
  private final Problem unavailable =
      Problem.of(503, "Service Unavailable").with("Retry-After", RETRY_SECONDS);
  private final Problem notFound = Problem.of(404, "Not Found");

  /**
   * The refusals of an application.
   *
   * @param realm the protection space that challenges name; without quotes and backslashes
   * @param loginWindow how long to stay away after too many failed logins
   */
  public Problems(String realm, Duration loginWindow) {
    String bearer = "Bearer realm=\"" + realm + "\"";
    String basic = "Basic realm=\"" + realm + "\", charset=\"UTF-8\"";
    Problem unauthorized = Problem.of(401, "Unauthorized");
    for (Rejection rejection : Rejection.values()) {
      refusals.put(
          rejection,
          switch (rejection) {
            case MISSING, WRONG_LOGIN -> unauthorized.with(CHALLENGE, bearer);
            case INVALID, UNKNOWN ->
                unauthorized.with(CHALLENGE, bearer + ", error=\"invalid_token\"");
            case EXPIRED, CLOSED, REPLACED, EVICTED ->
                died(bearer, rejection.name().toLowerCase(Locale.ROOT));
            case BAD_REQUEST ->
                Problem.of(400, "Bad Request")
                    .with(CHALLENGE, bearer + ", error=\"invalid_request\"");
            case CONTENT_TOO_LARGE -> Problem.of(413, "Content Too Large");
            case UNSUPPORTED_MEDIA_TYPE -> Problem.of(415, "Unsupported Media Type");
            case CROSS_SITE, UNFIT_SUBJECT -> Problem.of(403, "Forbidden");
            case INSUFFICIENT_SCOPE ->
                Problem.of(403, "Forbidden")
                    .with(CHALLENGE, bearer + ", error=\"insufficient_scope\"");
            case WRONG_CREDENTIALS -> unauthorized.with(CHALLENGE, basic);
            case NO_CREDENTIALS -> unauthorized.with(CHALLENGE, bearer).with(CHALLENGE, basic);
            case TOO_MANY_LOGINS ->
                Problem.of(429, "Too Many Requests")
                    .with("Retry-After", Long.toString(loginWindow.toSeconds()));
            case TOO_MANY_REFRESHES ->
                Problem.of(429, "Too Many Requests").with("Retry-After", REFRESH_SECONDS);
            case LOGIN_BUSY -> unavailable;
            case SESSION_LIMIT, CLIENT_TOKEN_LIVE -> Problem.of(409, "Conflict");
          });
    }
  }

  private static Problem died(String bearer, String reason) {
    return Problem.of(401, "Unauthorized", reason)
        .with(
            CHALLENGE, bearer + ", error=\"invalid_token\", error_description=\"" + reason + "\"");
  }

  /** The answer to a request that is refused. */
  public Problem of(Rejection rejection) {
    Problem problem = refusals.get(rejection);
    return problem == null ? unavailable : problem;
  }

  /** The answer where the store, or another part, could not. */
  public Problem unavailable() {
    return unavailable;
  }

  /** The answer to a path that an endpoint does not know. */
  public Problem notFound() {
    return notFound;
  }

  /** The answer to one who asks for what was there and is no more. */
  public Problem gone() {
    return Problem.of(410, "Gone");
  }

  /** The answer where the store, or another part, could not, to clients that know no 503. */
  public Problem failed() {
    return Problem.of(500, "Internal Server Error");
  }

  /**
   * The answer to a method that a path does not have.
   *
   * @param allowed those that it has
   */
  public Problem methodNotAllowed(String allowed) {
    return Problem.of(405, "Method Not Allowed").with("Allow", allowed);
  }
}
