package org.tokenfilter.store.tck;

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

  @Override
  public void close() {
    closed = true;
  }
}
