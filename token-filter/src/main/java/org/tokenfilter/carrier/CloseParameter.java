package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The parameter by which a request to the service gateway tells what becomes of its session. It is
 * read from the query string alone, so that no body has to be read for it.
 *
 * <pre>
 *   ?close=false     the session is kept; N says the same
 *   ?close=true      the session is closed when the request has ended; Y says the same
 * </pre>
 */
public enum CloseParameter {
  /** It is not there. */
  ABSENT,
  /** Keep the session. */
  FALSE,
  /** Close the session. */
  TRUE;

  private static final String NAME = "close";

  /**
   * What a request says.
   *
   * @throws TokenRejectedException if it says anything else, or says it twice
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
