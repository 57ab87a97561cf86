package org.tokenfilter.codec;

import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Kept;

/**
 * The openers of one key, kept for the next token: to make one costs more than to open a token.
 * They go with their key. Thread-safe.
 */
final class Openers {

  private final Kept<ContentOpener> kept = new Kept<>();

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
    ContentOpener found = kept.take();
    ContentOpener opener = found == null ? source.another() : found;
    byte[] content = opener.open(authenticated, sealed);
    // Not where it has thrown: in what state it is then, nobody knows.
    kept.put(opener);
    return content;
  }
}
