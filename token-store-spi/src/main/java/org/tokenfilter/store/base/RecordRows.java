package org.tokenfilter.store.base;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;

/**
 * The records and their indexes, as rows of one transaction. The indexes hold only unrevoked
 * records. An index row without its record, such as an operator leaves behind who deletes a record
 * by hand, is ignored, and deleted by the next write that reads it. Used by one thread.
 */
final class RecordRows {

  /** The size of a page of keys, and the maximum number of keys of one {@link Rows#get}. */
  static final int PAGE = 64;

  private final Rows rows;
  private final UnreadableRecordLog log;
  private final Set<String> stale = new HashSet<>();

  RecordRows(Rows rows, UnreadableRecordLog log) {
    this.rows = rows;
    this.log = log;
  }

  /**
   * Returns the row with this id; null if there is none.
   *
   * @throws TokenStoreException if it cannot be read
   */
  @Nullable RecordRow get(TokenId id) throws Exception {
    byte[] bytes = bytes(List.of(id)).get(id);
    try {
      return bytes == null ? null : RecordRow.read(id, bytes);
    } catch (UnreadableRecordException e) {
      throw refusal(id, e);
    }
  }

  FindResult find(Collection<TokenId> ids) throws Exception {
    Map<TokenId, TokenRecord> found = new HashMap<>();
    Set<TokenId> unreadable = new HashSet<>();
    for (Map.Entry<TokenId, byte[]> entry : bytes(List.copyOf(ids)).entrySet()) {
      TokenId id = entry.getKey();
      try {
        found.put(id, RecordRow.read(id, entry.getValue()).record());
      } catch (UnreadableRecordException e) {
        log.report(id, e);
        unreadable.add(id);
      }
    }
    return new FindResult(found, unreadable);
  }

  /**
   * Returns the record of a row.
   *
   * @throws TokenStoreException if it cannot be read
   */
  TokenRecord record(RecordRow row) {
    try {
      return row.record();
    } catch (UnreadableRecordException e) {
      throw refusal(row.id(), e);
    }
  }

  /** Returns the record of a row; null if it cannot be read. */
  @Nullable TokenRecord recordOrNull(RecordRow row) {
    try {
      return row.record();
    } catch (UnreadableRecordException e) {
      log.report(row.id(), e);
      return null;
    }
  }

  /**
   * Returns the first records of an index that are wanted, without those whose row cannot be read.
   */
  List<RecordRow> some(String from, String to, int limit, Predicate<RecordRow> wanted)
      throws Exception {
    List<RecordRow> some = new ArrayList<>();
    String start = from;
    boolean more = true;
    while (more && some.size() < limit) {
      List<String> keys = rows.keys(start, to, PAGE);
      Map<TokenId, byte[]> page = bytes(keys.stream().map(RowKeys::id).distinct().toList());
      for (String key : keys) {
        RecordRow row = some.size() == limit ? null : indexed(key, page.get(RowKeys.id(key)));
        if (row != null && wanted.test(row)) {
          some.add(row);
        }
      }
      more = keys.size() == PAGE;
      // The next key that there can be, since all keys of an index have one length.
      start = more ? keys.get(PAGE - 1) + "0" : start;
    }
    return some;
  }

  /** Returns all wanted records with a link. */
  List<RecordRow> linked(String link, Predicate<RecordRow> wanted) throws Exception {
    return some(link, link + RowKeys.END, Integer.MAX_VALUE, wanted);
  }

  /** Adds a record whose id is not there. */
  void add(TokenRecord record) throws Exception {
    RecordRow row = RecordRow.of(record);
    for (String entry : row.entries().toList()) {
      rows.put(entry, new byte[0]);
    }
    rows.put(RowKeys.record(record.id()), row.write());
  }

  /**
   * Checks that there is no record with this id.
   *
   * @throws DuplicateTokenException if there is one, live or dead
   */
  void requireUnused(TokenId id) throws Exception {
    if (!bytes(List.of(id)).isEmpty()) {
      throw new DuplicateTokenException(id);
    }
  }

  /** Stores a row in place of its former one. */
  void change(RecordRow former, RecordRow row) throws Exception {
    Set<String> old = new HashSet<>(former.entries().toList());
    List<String> entries = row.entries().toList();
    for (String entry : entries) {
      if (!old.remove(entry)) {
        rows.put(entry, new byte[0]);
      }
    }
    for (String entry : old) {
      rows.delete(entry);
    }
    rows.put(RowKeys.record(row.id()), row.write());
  }

  void delete(RecordRow row) throws Exception {
    for (String entry : row.entries().toList()) {
      rows.delete(entry);
    }
    rows.delete(RowKeys.record(row.id()));
  }

  /** Completes a write. */
  void finish() throws Exception {
    for (String key : stale) {
      rows.delete(key);
    }
  }

  private @Nullable RecordRow indexed(String key, byte @Nullable [] bytes) {
    TokenId id = RowKeys.id(key);
    try {
      RecordRow row = bytes == null ? null : RecordRow.read(id, bytes);
      if (row != null && row.entries().anyMatch(key::equals)) {
        return row;
      }
      stale.add(key);
    } catch (UnreadableRecordException e) {
      log.report(id, e);
    }
    return null;
  }

  private Map<TokenId, byte[]> bytes(List<TokenId> ids) throws Exception {
    Map<TokenId, byte[]> found = new HashMap<>();
    for (int from = 0; from < ids.size(); from += PAGE) {
      List<TokenId> page = ids.subList(from, Math.min(ids.size(), from + PAGE));
      Map<String, byte[]> values = rows.get(page.stream().map(RowKeys::record).toList());
      values.forEach((key, value) -> found.put(RowKeys.id(key), value));
    }
    return found;
  }

  private TokenStoreException refusal(TokenId id, UnreadableRecordException why) {
    log.report(id, why);
    return new TokenStoreException("the record " + id + " cannot be read", why, false);
  }
}
