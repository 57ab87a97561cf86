package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The part of a list that a request selects: {@code ?limit=50&after=1795309323456.ZXIEy0V0...}.
 *
 * @param limit the maximum number of entries, 1 to 100
 * @param after the position of the last entry of the previous page; null for the first page
 */
record SessionPageRequest(int limit, @Nullable PageCursor after) {

  private static final String LIMIT = "limit";
  private static final String AFTER = "after";
  private static final AllowedParameters PARAMETERS =
      AllowedParameters.ignoringOthers(LIMIT, AFTER);
  private static final int DEFAULT_LIMIT = 50;

  /**
   * Reads the part of the list from a request's query.
   *
   * @throws TokenRejectedException if a parameter is malformed
   */
  static SessionPageRequest of(HttpServletRequest request) throws TokenRejectedException {
    RequestParameters query = RequestParameters.ofQuery(request, PARAMETERS);
    String limit = query.get(LIMIT);
    String after = query.get(AFTER);
    return new SessionPageRequest(
        limit == null ? DEFAULT_LIMIT : limit(limit), after == null ? null : parseCursor(after));
  }

  private static int limit(String text) throws TokenRejectedException {
    if (!text.matches("[1-9][0-9]?|100")) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "limit must be 1 to 100");
    }
    return Integer.parseInt(text);
  }

  private static PageCursor parseCursor(String text) throws TokenRejectedException {
    int dot = text.indexOf('.');
    try {
      if (dot > 0 && text.substring(0, dot).matches("[0-9]{1,15}")) {
        long millis = Long.parseLong(text.substring(0, dot));
        return new PageCursor(Instant.ofEpochMilli(millis), TokenId.parse(text.substring(dot + 1)));
      }
    } catch (IllegalArgumentException noHandle) {
      // Refused below, like all other text that is no position.
    }
    throw new TokenRejectedException(Rejection.BAD_REQUEST, "after must come from a previous page");
  }

  /**
   * Returns the path and query of the next page.
   *
   * @param last the position of the last entry of this page
   */
  String nextPage(HttpServletRequest request, PageCursor last) {
    return request.getContextPath()
        + request.getServletPath()
        + "?limit="
        + limit
        + "&after="
        + last.issuedAt().toEpochMilli()
        + "."
        + last.id();
  }
}
