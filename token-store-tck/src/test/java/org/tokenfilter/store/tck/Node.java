package org.tokenfilter.store.tck;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/** One of several store objects on the same data, each closed on its own. */
class Node extends ForwardingTokenStore {

  private volatile boolean closed;

  Node(TokenStore data) {
    super(data);
  }

  /** Returns the data that all nodes share; throws if this node is closed. */
  @Override
  protected final TokenStore delegate() {
    if (closed) {
      throw new TokenStoreException("the node is closed", null, false);
    }
    return super.delegate();
  }

  /** Finds each record by itself, so that a defect of one call is one of the other as well. */
  @Override
  public FindResult find(Collection<TokenId> ids) {
    FindResult stored = delegate().find(ids);
    Map<TokenId, TokenRecord> found = new HashMap<>();
    for (TokenId id : ids) {
      if (!stored.unreadable().contains(id)) {
        find(id).ifPresent(record -> found.put(id, record));
      }
    }
    return new FindResult(found, stored.unreadable());
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return delegate().find(id);
  }

  @Override
  public void close() {
    closed = true;
  }
}
