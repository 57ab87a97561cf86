package org.tokenfilter.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Stands for a text in an index, where it is smaller: the first four bytes of the SHA-256 digest of
 * its UTF-8. It is in people's databases and the same on all of them: it stays. Different texts may
 * have the same one, so what looks for it compares the text as well. A text that has a given one
 * takes four thousand million digests to find: some can be chosen so, and cost those who look for
 * that one a comparison each.
 */
final class TextHash {

  private TextHash() {}

  static int of(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return ByteBuffer.wrap(digest).getInt();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
