package com.example.mystore;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.tokenfilter.store.base.Rows;

/** The rows of one transaction in my engine. */
final class MyRows implements Rows {

  @Override
  public Map<String, byte[]> get(Collection<String> keys) throws Exception {
    throw new UnsupportedOperationException("return the values of those keys that are there");
  }

  @Override
  public List<String> keys(String from, String to, int limit) throws Exception {
    throw new UnsupportedOperationException(
        "return the first keys from \"from\" on and before \"to\", in ascending order");
  }

  @Override
  public void put(String key, byte[] value) throws Exception {
    throw new UnsupportedOperationException("insert the row, or replace its value");
  }

  @Override
  public void delete(String key) throws Exception {
    throw new UnsupportedOperationException("delete the row, if it is there");
  }
}
