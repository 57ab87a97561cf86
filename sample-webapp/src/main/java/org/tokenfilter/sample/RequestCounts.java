package org.tokenfilter.sample;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.tokenfilter.service.TokenListener;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;

/**
 * The number of requests of each session: an example of data that an application keeps by the token
 * id of a session. The data is removed when the session is revoked or expires, on any node. A
 * request in flight at that moment may leave a count behind.
 */
final class RequestCounts implements TokenListener {

  private final Map<TokenId, Integer> counts = new ConcurrentHashMap<>();

  /** Counts one request, and returns the number of requests of the session. */
  int increment(TokenId session) {
    return counts.merge(session, 1, Integer::sum);
  }

  /** Returns the number of sessions with a count. */
  int size() {
    return counts.size();
  }

  @Override
  public void tokenRevoked(TokenId id, RevocationReason reason) {
    counts.remove(id);
  }
}
