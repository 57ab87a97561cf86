package org.tokenfilter.codec;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A pool of objects that serve one thread at a time and cost more to create than to use, such as
 * ciphers and digests. It never blocks: {@link #take} returns null if the pool is empty, and {@link
 * #put} discards the object if the pool is full. The pool is garbage-collected with its owner,
 * unlike thread-locals of the container's threads.
 *
 * <p>Thread-safe. Changes that a thread makes to an object before it puts it back are visible to
 * the next thread that takes it.
 *
 * @param <T> the type of the objects
 */
final class ObjectPool<T> {

  /**
   * The capacity, a power of two. It is rare that more threads than this need the same kind of
   * object at the same time.
   */
  static final int CAPACITY = 32;

  private final AtomicReferenceArray<@Nullable T> slots = new AtomicReferenceArray<>(CAPACITY);

  /**
   * Removes an object from the pool, which no other thread uses until it is put back.
   *
   * @return null if the pool is empty
   */
  @Nullable T take() {
    for (int i = 0; i < CAPACITY; i++) {
      int place = slot(i);
      // Reading a slot is cheaper than writing one that another processor may hold in its cache.
      if (slots.get(place) != null) {
        T thing = slots.getAndSet(place, null);
        if (thing != null) {
          return thing;
        }
      }
    }
    return null;
  }

  /**
   * Adds an object that is ready for its next use. An object whose use has thrown must not be put
   * back.
   */
  void put(T thing) {
    for (int i = 0; i < CAPACITY; i++) {
      int place = slot(i);
      if (slots.get(place) == null && slots.compareAndSet(place, null, thing)) {
        return;
      }
    }
  }

  /**
   * Returns the slot for an attempt. Threads start at different slots, so that each finds the
   * object that it has put back.
   */
  private static int slot(int i) {
    return ((int) Thread.currentThread().getId() + i) & (CAPACITY - 1);
  }
}
