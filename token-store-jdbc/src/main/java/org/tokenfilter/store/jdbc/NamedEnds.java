package org.tokenfilter.store.jdbc;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.tokenfilter.store.TokenId;

/**
 * The ends of which it is known that the log named them in time: this store has written them down
 * and was told in time that they are committed, or it has read them while they were young. Any
 * other end may have been committed so late that those who ask what ended lately have passed over
 * it; it is written down once more before it is acknowledged. Bounded: of what was forgotten that
 * is done again. Thread-safe.
 */
final class NamedEnds {

  private static final int MOST = 50_000;

  private final Set<TokenId> ids = new LinkedHashSet<>();

  synchronized void add(Collection<TokenId> named) {
    ids.addAll(named);
    var oldest = ids.iterator();
    for (int surplus = ids.size() - MOST; surplus > 0; surplus--) {
      oldest.next();
      oldest.remove();
    }
  }

  synchronized List<TokenId> missing(Collection<TokenId> ended) {
    return ended.stream().filter(id -> !ids.contains(id)).toList();
  }
}
