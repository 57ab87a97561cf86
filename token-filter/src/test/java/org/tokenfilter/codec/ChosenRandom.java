package org.tokenfilter.codec;

import java.io.Serial;
import java.security.SecureRandom;

/** A source of randomness that returns the bytes of a known answer. */
final class ChosenRandom extends SecureRandom {

  @Serial private static final long serialVersionUID = 1L;

  private final byte[] chosen;

  ChosenRandom(byte[] chosen) {
    this.chosen = chosen.clone();
  }

  @Override
  public void nextBytes(byte[] bytes) {
    if (bytes.length != chosen.length) {
      throw new AssertionError(bytes.length + " bytes are requested, not " + chosen.length);
    }
    System.arraycopy(chosen, 0, bytes, 0, chosen.length);
  }
}
