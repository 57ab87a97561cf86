package org.tokenfilter.endpoint;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** The parameters of a request's body or query. Each name occurs at most once. Immutable. */
final class RequestParameters {

  /** The maximum size of a body in bytes. A larger body is refused before it is parsed. */
  private static final int MAX_BYTES = 8192;

  private final Map<String, String> values;

  private RequestParameters(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /** Returns an empty set of parameters. */
  static RequestParameters none() {
    return new RequestParameters(Map.of());
  }

  /**
   * Reads the parameters of a request's body.
   *
   * @param accepted the media types that the endpoint accepts
   * @param allowed the parameters that the endpoint accepts
   * @throws TokenRejectedException if the body has another type, is too large, incomplete or
   *     malformed
   */
  static RequestParameters ofBody(
      HttpServletRequest request, Set<BodyType> accepted, AllowedParameters allowed)
      throws TokenRejectedException {
    BodyType type = BodyType.require(request, accepted);
    byte[] body = read(request);
    return new RequestParameters(
        type == BodyType.JSON
            ? JsonParameters.parse(body, allowed)
            : FormParameters.parse(body, allowed));
  }

  /**
   * Reads the parameters of a request's query.
   *
   * @param allowed the parameters that the endpoint accepts
   * @throws TokenRejectedException if the query is malformed
   */
  static RequestParameters ofQuery(HttpServletRequest request, AllowedParameters allowed)
      throws TokenRejectedException {
    String query = request.getQueryString();
    return query == null ? none() : new RequestParameters(FormParameters.parse(query, allowed));
  }

  /**
   * Returns whether a request has a body. HTTP/2 may omit the length; then the type indicates a
   * body.
   */
  static boolean hasBody(HttpServletRequest request) {
    long length = request.getContentLengthLong();
    return length > 0
        || (length < 0
            && (request.getHeader("Transfer-Encoding") != null
                || request.getContentType() != null));
  }

  private static byte[] read(HttpServletRequest request) throws TokenRejectedException {
    if (request.getContentLengthLong() > MAX_BYTES) {
      throw tooLarge();
    }
    byte[] body;
    try {
      InputStream stream = request.getInputStream();
      body = stream.readNBytes(MAX_BYTES + 1);
    } catch (IOException | RuntimeException broken) {
      // Containers throw either exception if the client stops or sends malformed chunks. With this
      // attribute Tomcat would show the origin of the exception in its own response.
      request.removeAttribute(RequestDispatcher.ERROR_EXCEPTION);
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "the body did not come whole");
    }
    if (body.length > MAX_BYTES) {
      throw tooLarge();
    }
    return body;
  }

  private static TokenRejectedException tooLarge() {
    return new TokenRejectedException(
        Rejection.CONTENT_TOO_LARGE, "the body must not exceed " + MAX_BYTES + " bytes");
  }

  /** Returns the value of a parameter; null if it is absent. */
  @Nullable String get(String name) {
    return values.get(name);
  }

  /**
   * Returns the value of a required parameter.
   *
   * @throws TokenRejectedException if the parameter is missing or empty
   */
  String required(String name) throws TokenRejectedException {
    String value = values.get(name);
    if (value == null || value.isEmpty()) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, name + " is missing");
    }
    return value;
  }
}
