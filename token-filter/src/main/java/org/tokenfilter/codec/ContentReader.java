package org.tokenfilter.codec;

import org.tokenfilter.token.TokenRejectedException;

/**
 * Reads what a token holds, right where it was opened: the space is used again for the next token.
 *
 * @param <T> what is read
 */
@FunctionalInterface
interface ContentReader<T> {

  /**
   * Reads.
   *
   * @param content begins with the content; not to be kept
   * @param length how many bytes it has
   * @throws TokenRejectedException if it is not what tokens of ours hold
   */
  T read(byte[] content, int length) throws TokenRejectedException;
}
