package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/** Values that many records have in common, kept once. Bounded; thread-safe. */
final class SharedValues<T> {

  private static final int MOST = 10_000;

  private final Cache<T, T> values =
      Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();

  /** An equal value, the same one for all who ask for it. */
  T sharedOf(T value) {
    return values.get(value, itself -> itself);
  }
}
