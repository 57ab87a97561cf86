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
final class Fields {

  /** The maximum size of a body in bytes. A larger body is refused before it is parsed. */
  private static final int MOST_BYTES = 8192;

  private final Map<String, String> values;

  private Fields(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /** Returns an empty set of parameters. */
  static Fields none() {
    return new Fields(Map.of());
  }

  /**
   * Reads the parameters of a request's body.
   *
   * @param accepted the media types that the endpoint accepts
   * @param names the parameters that the endpoint accepts
   * @throws TokenRejectedException if the body has another type, is too large, incomplete or
   *     malformed
   */
  static Fields ofBody(HttpServletRequest request, Set<BodyType> accepted, FieldNames names)
      throws TokenRejectedException {
    BodyType type = BodyType.of(request, accepted);
    byte[] body = read(request);
    return new Fields(
        type == BodyType.JSON ? JsonFields.parse(body, names) : FormFields.parse(body, names));
  }

  /**
   * Reads the parameters of a request's query.
   *
   * @param names the parameters that the endpoint accepts
   * @throws TokenRejectedException if the query is malformed
   */
  static Fields ofQuery(HttpServletRequest request, FieldNames names)
      throws TokenRejectedException {
    String query = request.getQueryString();
    return query == null ? none() : new Fields(FormFields.parse(query, names));
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
    if (request.getContentLengthLong() > MOST_BYTES) {
      throw tooLarge();
    }
    byte[] body;
    try {
      InputStream stream = request.getInputStream();
      body = stream.readNBytes(MOST_BYTES + 1);
    } catch (IOException | RuntimeException broken) {
      // Containers throw either exception if the client stops or sends malformed chunks. With this
      // attribute Tomcat would show the origin of the exception in its own response.
      request.removeAttribute(RequestDispatcher.ERROR_EXCEPTION);
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "the body did not come whole");
    }
    if (body.length > MOST_BYTES) {
      throw tooLarge();
    }
    return body;
  }

  private static TokenRejectedException tooLarge() {
    return new TokenRejectedException(
        Rejection.CONTENT_TOO_LARGE, "the body must not exceed " + MOST_BYTES + " bytes");
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
