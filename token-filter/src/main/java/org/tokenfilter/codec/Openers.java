package org.tokenfilter.codec;

import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The openers of one key. Those that no thread uses right now are kept for the next token: to make
 * one costs more than to open a token. Who finds none makes one, and one that finds no place is
 * dropped, so nobody ever waits. They go with their key, unlike what is tied to the threads of a
 * container.
 *
 * <p>Thread-safe: what a thread did to an opener before it put it back, the next one sees.
 */
final class Openers {

  /** A power of two. More threads than this hardly open tokens of one key at the same time. */
  static final int KEPT = 32;

  private final AtomicReferenceArray<@Nullable ContentOpener> places =
      new AtomicReferenceArray<>(KEPT);

  private final Source source;

  /** Where openers come from. */
  interface Source {

    /**
     * One more.
     *
     * @throws GeneralSecurityException if the platform has no such cipher
     */
    ContentOpener another() throws GeneralSecurityException;
  }

  Openers(Source source) {
    this.source = source;
  }

  /** Does what {@link ContentOpener#open} does. */
  byte @Nullable [] open(byte[] authenticated, byte[] sealed) throws GeneralSecurityException {
    ContentOpener kept = take();
    ContentOpener opener = kept == null ? source.another() : kept;
    byte[] content = opener.open(authenticated, sealed);
    // Not where it has thrown: in what state it is then, nobody knows.
    put(opener);
    return content;
  }

  private @Nullable ContentOpener take() {
    for (int i = 0; i < KEPT; i++) {
      int place = place(i);
      // To look costs less than to change what another processor may hold.
      if (places.get(place) != null) {
        ContentOpener opener = places.getAndSet(place, null);
        if (opener != null) {
          return opener;
        }
      }
    }
    return null;
  }

  private void put(ContentOpener opener) {
    for (int i = 0; i < KEPT; i++) {
      int place = place(i);
      if (places.get(place) == null && places.compareAndSet(place, null, opener)) {
        return;
      }
    }
  }

  /** Threads begin at different places, and each finds there what it left. */
  private static int place(int i) {
    return ((int) Thread.currentThread().getId() + i) & (KEPT - 1);
  }
}
