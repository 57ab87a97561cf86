package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import java.util.regex.Pattern;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** A media type that a request's body may have. The charset is UTF-8, stated or omitted. */
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
   * Returns the type of a request's body.
   *
   * @param accepted the types that the endpoint accepts
   * @throws TokenRejectedException if the body has another type, another charset or a content
   *     coding
   */
  static BodyType require(HttpServletRequest request, Set<BodyType> accepted)
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
        Rejection.UNSUPPORTED_MEDIA_TYPE, "the body must have a supported type, in UTF-8");
  }
}
