package org.tokenfilter.carrier;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.tokenfilter.token.Rejection;

/**
 * The error responses of an application, one for each rejection (RFC 6750, 3; RFC 7617, 2; RFC
 * 9457). Immutable.
 */
public final class Problems {

  private static final String CHALLENGE = "WWW-Authenticate";
  private static final String REFRESH_SECONDS = "60";
  private static final String RETRY_SECONDS = "1";

  private final Map<Rejection, Problem> byRejection = new EnumMap<>(Rejection.class);
  private final Problem unavailable =
      Problem.of(503, "Service Unavailable").with("Retry-After", RETRY_SECONDS);
  private final Problem notFound = Problem.of(404, "Not Found");

  /**
   * Creates the error responses of an application.
   *
   * @param realm the protection space for the challenges; must not contain quotes or backslashes
   * @param loginWindow the time that a client must wait after too many failed logins
   */
  public Problems(String realm, Duration loginWindow) {
    String bearer = "Bearer realm=\"" + realm + "\"";
    String basic = "Basic realm=\"" + realm + "\", charset=\"UTF-8\"";
    Problem unauthorized = Problem.of(401, "Unauthorized");
    for (Rejection rejection : Rejection.values()) {
      byRejection.put(
          rejection,
          switch (rejection) {
            case MISSING, WRONG_LOGIN -> unauthorized.with(CHALLENGE, bearer);
            case INVALID, UNKNOWN ->
                unauthorized.with(CHALLENGE, bearer + ", error=\"invalid_token\"");
            case EXPIRED, CLOSED, REPLACED, EVICTED ->
                terminated(bearer, rejection.name().toLowerCase(Locale.ROOT));
            case BAD_REQUEST ->
                Problem.of(400, "Bad Request")
                    .with(CHALLENGE, bearer + ", error=\"invalid_request\"");
            case CONTENT_TOO_LARGE -> Problem.of(413, "Content Too Large");
            case UNSUPPORTED_MEDIA_TYPE -> Problem.of(415, "Unsupported Media Type");
            case CROSS_SITE, INVALID_SUBJECT -> Problem.of(403, "Forbidden");
            case MISSING_ROLE ->
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

  private static Problem terminated(String bearer, String reason) {
    return Problem.of(401, "Unauthorized", reason)
        .with(
            CHALLENGE, bearer + ", error=\"invalid_token\", error_description=\"" + reason + "\"");
  }

  /** Returns the response to a rejected request. */
  public Problem of(Rejection rejection) {
    Problem problem = byRejection.get(rejection);
    return problem == null ? unavailable : problem;
  }

  /** Returns the response for a failure of the store, or of another component. */
  public Problem unavailable() {
    return unavailable;
  }

  /** Returns the response to a request for a path that an endpoint does not have. */
  public Problem notFound() {
    return notFound;
  }

  /** Returns the response to a change that other changes came before, again and again. */
  public Problem conflict() {
    return Problem.of(409, "Conflict");
  }

  /** Returns the response to a request for something that existed and no longer does. */
  public Problem gone() {
    return Problem.of(410, "Gone");
  }

  /**
   * Returns the response for a failure of the store, or of another component, for clients that do
   * not support 503.
   */
  public Problem failed() {
    return Problem.of(500, "Internal Server Error");
  }

  /**
   * Returns the response to a request with a method that the path does not support.
   *
   * @param allowed the methods that it supports, separated by commas
   */
  public Problem methodNotAllowed(String allowed) {
    return Problem.of(405, "Method Not Allowed").with("Allow", allowed);
  }
}
