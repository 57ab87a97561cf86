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

/** What a client sends by name in a body or a query: each name at most once. Immutable. */
final class Fields {

  /** No body that an endpoint reads is larger; a larger one is refused before it is parsed. */
  private static final int MOST_BYTES = 8192;

  private final Map<String, String> values;

  private Fields(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /** None at all. */
  static Fields none() {
    return new Fields(Map.of());
  }

  /**
   * The fields of a request's body.
   *
   * @param accepted what the body may be written in
   * @param names the fields that there are
   * @throws TokenRejectedException if the body is of another type, too large or malformed
   */
  static Fields ofBody(HttpServletRequest request, Set<BodyType> accepted, FieldNames names)
      throws TokenRejectedException {
    BodyType type = BodyType.of(request, accepted);
    byte[] body = read(request);
    return new Fields(
        type == BodyType.JSON ? JsonFields.parse(body, names) : FormFields.parse(body, names));
  }

  /**
   * The fields of a request's query.
   *
   * @throws TokenRejectedException if it is malformed
   */
  static Fields ofQuery(HttpServletRequest request, FieldNames names)
      throws TokenRejectedException {
    String query = request.getQueryString();
    return query == null ? none() : new Fields(FormFields.parse(query, names));
  }

  /** Whether the request has a body; where HTTP/2 announces no length, its type tells so. */
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
      // Containers say in either way that the client has stopped or has sent no proper chunks;
      // Tomcat would show in its own answer where that was found out.
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
        Rejection.CONTENT_TOO_LARGE, "a body of more than " + MOST_BYTES + " bytes");
  }

  /** The field's value; null if it is not there. */
  @Nullable String get(String name) {
    return values.get(name);
  }

  /**
   * The field's value.
   *
   * @throws TokenRejectedException if it is missing or empty
   */
  String required(String name) throws TokenRejectedException {
    String value = values.get(name);
    if (value == null || value.isEmpty()) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, name + " is missing");
    }
    return value;
  }
}
