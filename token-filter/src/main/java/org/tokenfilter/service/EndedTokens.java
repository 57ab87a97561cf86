package org.tokenfilter.service;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.memory.IdTable;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;

/**
 * The latest tokens that this node has heard to have ended, from the store's changes or by calls of
 * its own. An end is final (S6), so an entry is never wrong, and one that outlives its record does
 * no harm. The size is bounded: there are two tables, and when the younger one is full, the older
 * one is forgotten. Thread-safe. Non-final so that the simulation can inject a defect.
 */
class EndedTokens {

  /** The maximum number of tokens. */
  static final int MAX_TOKENS = 1_000_000;

  private static final List<RevocationReason> REASONS = List.of(RevocationReason.values());

  private final long bytesPerTable;
  private IdTable younger;
  private IdTable older;

  /**
   * Creates an empty memory.
   *
   * @param budget the maximum heap size, in bytes
   */
  EndedTokens(long budget) {
    this.bytesPerTable = budget / 2;
    this.younger = newTable();
    this.older = newTable();
  }

  private IdTable newTable() {
    return new IdTable(MAX_TOKENS / 2, bytesPerTable);
  }

  /**
   * Adds a token that has ended.
   *
   * @return true if this node had not heard of it, or has forgotten it
   */
  synchronized boolean add(TokenId id, RevocationReason reason) {
    if (reason(id) != null) {
      return false;
    }
    if (younger.isFull()) {
      older = younger;
      younger = newTable();
    }
    younger.put(id, (byte) REASONS.indexOf(reason));
    return true;
  }

  /** Returns the reason for which the token has ended; null if this node does not know of it. */
  synchronized @Nullable RevocationReason reason(TokenId id) {
    int reason = younger.get(id);
    reason = reason == IdTable.ABSENT ? older.get(id) : reason;
    return reason == IdTable.ABSENT ? null : REASONS.get(reason);
  }

  /** Returns whether this node has heard that the token has ended. */
  boolean contains(TokenId id) {
    return reason(id) != null;
  }

  /** Returns the number of tokens. */
  synchronized int size() {
    return younger.size() + older.size();
  }

  /** Returns the heap size in bytes. */
  synchronized long bytes() {
    return younger.bytes() + older.bytes();
  }
}
