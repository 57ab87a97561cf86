package org.tokenfilter.codec;

import org.tokenfilter.token.TokenRejectedException;

/**
 * A reader of the content of a token, directly from the array into which it was decrypted. The
 * array is reused for the next token.
 *
 * @param <T> the type of the result
 */
@FunctionalInterface
interface ContentReader<T> {

  /**
   * Reads the content of a token.
   *
   * @param content an array that starts with the content; must not be kept
   * @param length the number of bytes of the content
   * @throws TokenRejectedException if the content is not that of a token of this library
   */
  T read(byte[] content, int length) throws TokenRejectedException;
}
