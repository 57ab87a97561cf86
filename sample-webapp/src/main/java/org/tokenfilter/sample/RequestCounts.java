package org.tokenfilter.sample;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.tokenfilter.service.TokenListener;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;

/**
 * What an application keeps for each session, by its handle: here, how many requests there were. It
 * is freed when the session ends, whoever ends it; a request that is on its way at that moment may
 * leave a count behind.
 */
final class RequestCounts implements TokenListener {

  private final Map<TokenId, Integer> counts = new ConcurrentHashMap<>();

  /** Counts one more. */
  int next(TokenId session) {
    return counts.merge(session, 1, Integer::sum);
  }

  /** How many sessions are counted. */
  int sessions() {
    return counts.size();
  }

  @Override
  public void ended(TokenId id, Reason reason) {
    counts.remove(id);
  }
}
