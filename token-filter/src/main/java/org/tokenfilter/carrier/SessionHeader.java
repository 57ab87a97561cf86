package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The header that names a session of a user token, both ways. A cookie left from somewhere does
 * not.
 *
 * <pre>
 *   session: q3W...
 * </pre>
 *
 * @param name the header's, such as {@code session}
 */
public record SessionHeader(String name) {

  /**
   * The session that a request goes on in.
   *
   * @return its id as it was sent; null if it names none
   * @throws TokenRejectedException if it names two that differ
   */
  public @Nullable String read(HttpServletRequest request) throws TokenRejectedException {
    Distinct ids = new Distinct();
    ids.addHeaders(request, name);
    if (ids.areSeveral()) {
      throw new TokenRejectedException(Rejection.BAD_REQUEST, "two sessions that differ");
    }
    return ids.first();
  }

  /** Names a session that was opened, in an answer that no cache may keep. */
  public void give(HttpServletResponse response, SessionId session) {
    Problem.forbidStoring(response);
    response.setHeader(name, session.value());
  }
}
