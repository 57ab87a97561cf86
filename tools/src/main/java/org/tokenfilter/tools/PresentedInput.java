package org.tokenfilter.tools;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ClientAddress;

/**
 * A token as a request presents it.
 *
 * @param token the token as it was sent
 * @param sessionIds the session ids that came with the token
 * @param client the address of the client; null if it is not known
 */
record PresentedInput(String token, Set<String> sessionIds, @Nullable ClientAddress client) {

  /** Copies the set. */
  PresentedInput {
    sessionIds = Set.copyOf(sessionIds);
  }

  /** Returns a text without secrets. */
  @Override
  public String toString() {
    return "Presentation[client=" + client + "]";
  }
}
