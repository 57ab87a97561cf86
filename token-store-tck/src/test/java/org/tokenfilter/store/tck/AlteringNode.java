package org.tokenfilter.store.tck;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** A node that finds altered versions of some records. */
abstract class AlteringNode extends Node {

  private final Map<TokenId, TokenRecord> altered = new ConcurrentHashMap<>();

  AlteringNode(TokenStore data) {
    super(data);
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    Optional<TokenRecord> found = delegate().find(id);
    return Optional.ofNullable(altered.get(id)).or(() -> found);
  }

  void alter(TokenRecord record) {
    altered.put(record.id(), record);
  }

  InsertResult pretendInserted(TokenRecord inserted) {
    alter(inserted);
    return InsertResult.of(InsertResult.Outcome.INSERTED);
  }
}
