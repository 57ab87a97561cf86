package org.tokenfilter.store.tck;

import java.util.NavigableMap;
import java.util.TreeMap;
import org.tokenfilter.store.base.TransactionalTokenStore;

/** The store that the Javadoc of {@link TransactionalTokenStore} shows. */
final class TreeStore extends TransactionalTokenStore {

  private final NavigableMap<String, byte[]> tree;

  TreeStore(NavigableMap<String, byte[]> tree) {
    this.tree = tree;
  }

  @Override
  protected <T> T read(Work<T> work) throws Exception {
    synchronized (tree) {
      return work.run(new TreeRows(tree));
    }
  }

  @Override
  protected <T> T write(Work<T> work) throws Exception {
    synchronized (tree) {
      NavigableMap<String, byte[]> copy = new TreeMap<>(tree);
      T answer = work.run(new TreeRows(copy)); // if this throws, nothing has changed
      tree.clear();
      tree.putAll(copy);
      return answer;
    }
  }

  @Override
  protected void closeEngine() {}
}
