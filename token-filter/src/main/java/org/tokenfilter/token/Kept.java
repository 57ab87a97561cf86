package org.tokenfilter.token;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Things that serve one thread at a time, kept between two uses because they cost more to make than
 * to use: ciphers, digests. Who finds none makes one, and one that finds no place is dropped, so
 * nobody ever waits. They go with whoever keeps them, unlike what is tied to the threads of a
 * container.
 *
 * <p>Thread-safe: what a thread did to a thing before it put it back, the next one sees.
 *
 * @param <T> the things
 */
public final class Kept<T> {

  /** A power of two. More threads than this hardly use the same kind of thing at the same time. */
  public static final int MOST = 32;

  private final AtomicReferenceArray<@Nullable T> places = new AtomicReferenceArray<>(MOST);

  /** Nothing is kept yet. */
  public Kept() {}

  /** One that nobody else uses until it is put back; null if none is kept. */
  public @Nullable T take() {
    for (int i = 0; i < MOST; i++) {
      int place = place(i);
      // To look costs less than to change what another processor may hold.
      if (places.get(place) != null) {
        T thing = places.getAndSet(place, null);
        if (thing != null) {
          return thing;
        }
      }
    }
    return null;
  }

  /** Keeps one that is as it was made; not where its use has thrown. */
  public void put(T thing) {
    for (int i = 0; i < MOST; i++) {
      int place = place(i);
      if (places.get(place) == null && places.compareAndSet(place, null, thing)) {
        return;
      }
    }
  }

  /** Threads begin at different places, and each finds there what it left. */
  private static int place(int i) {
    return ((int) Thread.currentThread().getId() + i) & (MOST - 1);
  }
}
