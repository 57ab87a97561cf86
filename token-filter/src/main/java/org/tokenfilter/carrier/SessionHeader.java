package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The header that names a session of a user token, in requests and in responses. Cookies do not
 * name such a session, because a browser may still have one from elsewhere.
 *
 * <pre>
 *   session: q3W...
 * </pre>
 *
 * @param name the name of the header, such as {@code session}
 */
public record SessionHeader(String name) {

  /**
   * Returns the id of the session that a request uses.
   *
   * @return the session id as it was sent; null if the header is absent
   * @throws TokenRejectedException if the request names two different sessions
   */
  public @Nullable String read(HttpServletRequest request) throws TokenRejectedException {
    DistinctValues ids = new DistinctValues();
    ids.addHeaders(request, name);
    if (ids.isAmbiguous()) {
      throw new TokenRejectedException(RefusalCause.CONTRADICTION, "two sessions that differ");
    }
    return ids.first();
  }

  /**
   * Writes the id of an opened session into a response that must not be cached. The response must
   * not be committed.
   */
  public void write(HttpServletResponse response, SessionId session) {
    Problem.setNoStore(response);
    response.setHeader(name, session.value());
  }
}
