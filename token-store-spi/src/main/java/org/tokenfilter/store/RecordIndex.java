package org.tokenfilter.store;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An index of records by a key that they share, the oldest first. Not thread-safe. */
final class RecordIndex<K> {

  private final Map<K, NavigableSet<PageCursor>> entries = new HashMap<>();
  private final Function<TokenRecord, @Nullable K> key;

  /** Creates an empty index. Records whose key is null are not indexed. */
  RecordIndex(Function<TokenRecord, @Nullable K> key) {
    this.key = key;
  }

  void add(TokenRecord record) {
    K shared = key.apply(record);
    if (shared != null) {
      entries.computeIfAbsent(shared, none -> new TreeSet<>()).add(PageCursor.of(record));
    }
  }

  void remove(TokenRecord record) {
    K shared = key.apply(record);
    NavigableSet<PageCursor> some = shared == null ? null : entries.get(shared);
    if (some != null && some.remove(PageCursor.of(record)) && some.isEmpty()) {
      entries.remove(shared);
    }
  }

  /** Returns an unmodifiable view of the entries, which reflects later changes. */
  NavigableSet<PageCursor> get(K shared) {
    return Collections.unmodifiableNavigableSet(
        entries.getOrDefault(shared, Collections.emptyNavigableSet()));
  }
}
