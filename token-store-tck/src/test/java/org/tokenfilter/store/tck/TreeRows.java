package org.tokenfilter.store.tck;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.tokenfilter.store.base.Rows;

/** The rows of a {@link TreeStore}. */
record TreeRows(NavigableMap<String, byte[]> tree) implements Rows {

  @Override
  public Map<String, byte[]> get(Collection<String> keys) {
    Map<String, byte[]> found = new HashMap<>(tree);
    found.keySet().retainAll(keys);
    return found;
  }

  @Override
  public List<String> keys(String from, String to, int limit) {
    return tree.subMap(from, to).keySet().stream().limit(limit).toList();
  }

  @Override
  public void put(String key, byte[] value) {
    tree.put(key, value);
  }

  @Override
  public void delete(String key) {
    tree.remove(key);
  }
}
