package org.tokenfilter.codec;

import java.io.Serial;
import java.security.SecureRandom;

/** A source of randomness that returns the bytes of a known answer. */
final class FixedRandom extends SecureRandom {

  @Serial private static final long serialVersionUID = 1L;

  private final byte[] fixed;

  FixedRandom(byte[] chosen) {
    this.fixed = chosen.clone();
  }

  @Override
  public void nextBytes(byte[] bytes) {
    if (bytes.length != fixed.length) {
      throw new AssertionError(bytes.length + " bytes are requested, not " + fixed.length);
    }
    System.arraycopy(fixed, 0, bytes, 0, fixed.length);
  }
}
