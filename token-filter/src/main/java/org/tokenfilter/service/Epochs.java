package org.tokenfilter.service;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.tokenfilter.store.TokenId;

/**
 * Counters of the revocations that are known to this node. A caller that reads a record from the
 * store notes its epoch before, and caches the record only if the epoch is unchanged afterwards, so
 * that a slow answer does not put back a token that was revoked meanwhile. Ids are hashed to 1,024
 * slots; a collision only costs one extra read. Thread-safe. Non-final so that the simulation can
 * inject a defect.
 */
class Epochs {

  private static final int SLOTS = 1_024;

  private final AtomicIntegerArray epochs = new AtomicIntegerArray(SLOTS);

  int get(TokenId id) {
    return epochs.get(slot(id));
  }

  void increment(TokenId id) {
    epochs.incrementAndGet(slot(id));
  }

  private static int slot(TokenId id) {
    return id.hashCode() & (SLOTS - 1);
  }
}
