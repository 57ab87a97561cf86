package org.tokenfilter.tools;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ClientAddress;

/**
 * What is known of a request.
 *
 * @param token the token as it was sent
 * @param sessionIds the session ids that came with it
 * @param client where it came from; null if that is not known
 */
record Presentation(String token, Set<String> sessionIds, @Nullable ClientAddress client) {

  /** Copies the set. */
  Presentation {
    sessionIds = Set.copyOf(sessionIds);
  }

  /** Shows no secret. */
  @Override
  public String toString() {
    return "Presentation[client=" + client + "]";
  }
}
