package org.tokenfilter.service;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;

/**
 * Values that many tokens have in common, kept once for as long as a token holds them. It knows how
 * much they take. Thread-safe.
 */
final class SharedValues<T> {

  private static final long PLACE = HeapSize.MAPPED + HeapSize.object(1, Integer.BYTES);

  private final ConcurrentMap<T, Held<T>> values = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();
  private final ToLongFunction<T> size;

  private record Held<T>(T value, int holders) {}

  SharedValues(ToLongFunction<T> size) {
    this.size = size;
  }

  /** An equal value, the same one for all who hold it; to be released by each of them. */
  T hold(T value) {
    Held<T> held =
        values.compute(
            value,
            (same, known) -> {
              if (known == null) {
                bytes.addAndGet(PLACE + size.applyAsLong(value));
                return new Held<>(value, 1);
              }
              return new Held<>(known.value(), known.holders() + 1);
            });
    return held.value();
  }

  /** One of those that hold it does so no more. */
  void release(T value) {
    values.computeIfPresent(
        value,
        (same, known) -> {
          if (known.holders() > 1) {
            return new Held<>(known.value(), known.holders() - 1);
          }
          bytes.addAndGet(-PLACE - size.applyAsLong(value));
          return null;
        });
  }

  /** An equal value that somebody holds; the value itself if nobody does. */
  T sharedOf(T value) {
    Held<T> known = values.get(value);
    return known == null ? value : known.value();
  }

  /** How much all of them take. */
  long bytes() {
    return bytes.get();
  }
}
