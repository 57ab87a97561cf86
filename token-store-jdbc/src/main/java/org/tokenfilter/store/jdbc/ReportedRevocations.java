package org.tokenfilter.store.jdbc;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.tokenfilter.store.TokenId;

/**
 * The revocations that the log is known to have reported in time: this store wrote them and their
 * commit was confirmed in time, or it read them soon after they were written. Any other revocation
 * may have been committed so late that readers of the latest revocations missed it; it is logged
 * again before it is acknowledged. The size is bounded; a revocation that was dropped is logged
 * again. Thread-safe.
 */
final class ReportedRevocations {

  private static final int MAX_REMEMBERED = 50_000;

  private final Set<TokenId> ids = new LinkedHashSet<>();

  synchronized void add(Collection<TokenId> named) {
    ids.addAll(named);
    var oldest = ids.iterator();
    for (int surplus = ids.size() - MAX_REMEMBERED; surplus > 0; surplus--) {
      oldest.next();
      oldest.remove();
    }
  }

  synchronized List<TokenId> unreported(Collection<TokenId> ended) {
    return ended.stream().filter(id -> !ids.contains(id)).toList();
  }
}
