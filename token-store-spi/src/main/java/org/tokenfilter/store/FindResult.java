package org.tokenfilter.store;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The result of {@link TokenStore#find(java.util.Collection)}. An id that it does not name is
 * unknown. Immutable.
 *
 * @param records the records that were found, by their ids
 * @param unreadable the ids whose record is there, but cannot be read
 */
public record FindResult(Map<TokenId, TokenRecord> records, Set<TokenId> unreadable) {

  /** Copies the collections. */
  public FindResult {
    records = Map.copyOf(records);
    unreadable = Set.copyOf(unreadable);
  }

  /** Returns a result whose records could all be read. */
  public static FindResult of(Map<TokenId, TokenRecord> records) {
    return new FindResult(records, Set.of());
  }

  /**
   * Returns the record with this id; null if it is unknown.
   *
   * @throws TokenStoreException if the record cannot be read; another try does not help
   */
  public @Nullable TokenRecord get(TokenId id) {
    if (unreadable.contains(id)) {
      throw new TokenStoreException("the record " + id + " cannot be read", null, false);
    }
    return records.get(id);
  }
}
