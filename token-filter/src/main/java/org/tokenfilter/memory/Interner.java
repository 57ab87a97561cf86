package org.tokenfilter.memory;

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
public final class Interner<T> {

  private static final long ENTRY_BYTES = HeapSize.MAP_ENTRY + HeapSize.object(1, Integer.BYTES);

  private final ConcurrentMap<T, Entry<T>> values = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();
  private final ToLongFunction<T> size;

  private record Entry<T>(T value, int references) {}

  /**
   * Creates an interner without values.
   *
   * @param size the function that estimates the heap of a value, in bytes
   */
  public Interner(ToLongFunction<T> size) {
    this.size = size;
  }

  /**
   * Returns the shared instance of a value and adds a reference to it. The caller must {@link
   * #release} the reference.
   */
  public T acquire(T value) {
    Entry<T> entry =
        values.compute(
            value,
            (same, known) -> {
              if (known == null) {
                bytes.addAndGet(ENTRY_BYTES + size.applyAsLong(value));
                return new Entry<>(value, 1);
              }
              return new Entry<>(known.value(), known.references() + 1);
            });
    return entry.value();
  }

  /** Removes one reference to a value, and the value itself with the last reference. */
  public void release(T value) {
    values.computeIfPresent(
        value,
        (same, known) -> {
          if (known.references() > 1) {
            return new Entry<>(known.value(), known.references() - 1);
          }
          bytes.addAndGet(-ENTRY_BYTES - size.applyAsLong(value));
          return null;
        });
  }

  /**
   * Returns the shared instance of a value, or the given value if none is kept. Adds no reference.
   */
  public T intern(T value) {
    Entry<T> known = values.get(value);
    return known == null ? value : known.value();
  }

  /** Returns the estimated heap of all kept values, in bytes. */
  public long bytes() {
    return bytes.get();
  }
}
