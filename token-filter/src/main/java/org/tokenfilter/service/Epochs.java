package org.tokenfilter.service;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.tokenfilter.store.TokenId;

/**
 * Counts the ends that this node has heard of. Whoever is about to read a record from the store
 * notes its epoch before, and keeps what was read only if the epoch is the same after: so a slow
 * answer does not put back what ended meanwhile. Ids share a number of epochs by their hash; who
 * meets another one's end reads once more. Thread-safe. Not final: the simulation breaks it.
 */
class Epochs {

  private static final int SLOTS = 1_024;

  private final AtomicIntegerArray epochs = new AtomicIntegerArray(SLOTS);

  int of(TokenId id) {
    return epochs.get(slot(id));
  }

  void raise(TokenId id) {
    epochs.incrementAndGet(slot(id));
  }

  private static int slot(TokenId id) {
    return id.hashCode() & (SLOTS - 1);
  }
}
