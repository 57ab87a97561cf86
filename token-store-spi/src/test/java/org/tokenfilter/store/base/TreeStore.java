package org.tokenfilter.store.base;

import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The smallest store on the base class, as in its Javadoc; two of them may share a tree. */
final class TreeStore extends TransactionalTokenStore {

  private final NavigableMap<String, byte[]> tree;

  TreeStore(NavigableMap<String, byte[]> tree, Clock clock) {
    super(clock);
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
      T answer = work.run(new TreeRows(copy));
      tree.clear();
      tree.putAll(copy);
      return answer;
    }
  }

  @Override
  protected void closeEngine() {}

  /** Rows in a tree. Keys and sizes are checked as {@link Rows} promises them. */
  record TreeRows(NavigableMap<String, byte[]> tree) implements Rows {

    private static final int MAX_VALUE = 100_000;

    @Override
    public Map<String, byte[]> get(Collection<String> keys) {
      require(keys.size() <= RecordRows.PAGE && keys.stream().distinct().count() == keys.size());
      Map<String, byte[]> found = new HashMap<>();
      for (String key : keys) {
        require(key.matches("[0-9a-z]{1,128}"));
        byte[] value = tree.get(key);
        if (value != null) {
          found.put(key, value.clone());
        }
      }
      return found;
    }

    @Override
    public List<String> keys(String from, String to, int limit) {
      require(limit > 0);
      return tree.subMap(from, to).keySet().stream().limit(limit).toList();
    }

    @Override
    public void put(String key, byte[] value) {
      require(key.matches("[0-9a-z]{1,128}") && value.length <= MAX_VALUE);
      tree.put(key, value.clone());
    }

    @Override
    public void delete(String key) {
      tree.remove(key);
    }

    private static void require(boolean promised) {
      if (!promised) {
        throw new AssertionError("the base class breaks what Rows promises");
      }
    }
  }
}
