package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import java.util.regex.Pattern;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** What a request's body may be written in: UTF-8, and named so or not at all. */
enum BodyType {
  /** JSON (RFC 8259). */
  JSON("application/json"),
  /** A form (WHATWG URL, 5). */
  FORM("application/x-www-form-urlencoded");

  private final Pattern contentType;

  BodyType(String mediaType) {
    contentType =
        Pattern.compile(
            Pattern.quote(mediaType) + "(?: *; *charset *= *(?:utf-8|\"utf-8\"))?",
            Pattern.CASE_INSENSITIVE);
  }

  /**
   * The type of a request's body.
   *
   * @throws TokenRejectedException if it is none of those that are accepted
   */
  static BodyType of(HttpServletRequest request, Set<BodyType> accepted)
      throws TokenRejectedException {
    String contentType = request.getContentType();
    if (contentType != null && request.getHeader("Content-Encoding") == null) {
      for (BodyType type : accepted) {
        if (type.contentType.matcher(contentType).matches()) {
          return type;
        }
      }
    }
    throw new TokenRejectedException(
        Rejection.UNSUPPORTED_MEDIA_TYPE, "a body of a type that is not read here");
  }
}
