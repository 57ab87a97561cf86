package org.tokenfilter.store.base;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The rows of a store within one transaction: a sorted map. Used by one thread, and only until the
 * work that received it has ended.
 *
 * <p>A key has 1 to 128 characters, which are digits and small letters of ASCII. Keys are unique,
 * and sorted by their characters as {@link String#compareTo} does, digits before letters (in SQL: a
 * binary collation). They may serve as names of files. A value has 0 to 100,000 bytes of any
 * content; most have none, or some 300. The base class alone knows what keys and values mean.
 *
 * <p>Each method sees what the work itself has changed before. Any method may throw any exception:
 * it ends the work, and the transaction must then change nothing.
 */
public interface Rows {

  /**
   * Returns the values of these keys. A key without a row is absent from the result.
   *
   * @param keys the keys, each once; at most 64
   */
  Map<String, byte[]> get(Collection<String> keys) throws Exception;

  /**
   * Returns the keys of a range, in ascending order.
   *
   * @param from the start of the range, inclusive; there need not be a row with this key
   * @param to the end of the range, exclusive; it begins with the same character
   * @param limit the maximum number of keys; the first ones are returned
   */
  List<String> keys(String from, String to, int limit) throws Exception;

  /** Stores a value under a key, in place of the value that is there, if any. */
  void put(String key, byte[] value) throws Exception;

  /** Deletes a row; does nothing if there is none. */
  void delete(String key) throws Exception;
}
