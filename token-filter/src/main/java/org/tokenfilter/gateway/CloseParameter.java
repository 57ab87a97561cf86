package org.tokenfilter.gateway;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The request parameter that tells the service gateway whether to close the session after the
 * request. It is read from the query string only, so that no request body has to be read for it.
 *
 * <pre>
 *   ?close=false     the session is kept; N has the same meaning
 *   ?close=true      the session is closed after the request; Y has the same meaning
 * </pre>
 */
public enum CloseParameter {
  /** The parameter is absent. */
  ABSENT,
  /** Keep the session. */
  FALSE,
  /** Close the session. */
  TRUE;

  private static final String NAME = "close";

  /**
   * Returns the parameter of a request.
   *
   * @return {@link #ABSENT} if the query string does not have it
   * @throws TokenRejectedException if it has any other value, or is given twice
   */
  public static CloseParameter of(HttpServletRequest request) throws TokenRejectedException {
    @Nullable String query = request.getQueryString();
    CloseParameter found = ABSENT;
    if (query == null) {
      return found;
    }
    for (String pair : query.split("&", -1)) {
      boolean named = pair.equals(NAME) || pair.startsWith(NAME + "=");
      if (named && found != ABSENT) {
        throw new TokenRejectedException(Rejection.BAD_REQUEST, "close is given twice");
      }
      if (named) {
        found = parse(pair);
      }
    }
    return found;
  }

  private static CloseParameter parse(String pair) throws TokenRejectedException {
    return switch (pair) {
      case NAME + "=true", NAME + "=Y" -> TRUE;
      case NAME + "=false", NAME + "=N" -> FALSE;
      default ->
          throw new TokenRejectedException(
              Rejection.BAD_REQUEST, "close is neither true nor false, nor Y nor N");
    };
  }
}
