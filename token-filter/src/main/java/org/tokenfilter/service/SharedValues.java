package org.tokenfilter.service;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;

/**
 * A reference-counting interner of values that many cached tokens have in common: each distinct
 * value is kept once, for as long as a token refers to it. Estimates the heap that the values take.
 * Thread-safe.
 *
 * @param <T> the type of the values, which must implement {@code equals} and {@code hashCode}
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

  /**
   * Returns the shared instance of a value and adds a reference to it. The caller must {@link
   * #release} the reference.
   */
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

  /** Removes one reference to a value, and the value itself with the last reference. */
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

  /**
   * Returns the shared instance of a value, or the given value if none is kept. Adds no reference.
   */
  T sharedOf(T value) {
    Held<T> known = values.get(value);
    return known == null ? value : known.value();
  }

  /** Returns the estimated heap of all kept values, in bytes. */
  long bytes() {
    return bytes.get();
  }
}
