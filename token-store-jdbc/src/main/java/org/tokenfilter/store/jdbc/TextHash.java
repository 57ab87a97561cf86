package org.tokenfilter.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A short hash of a text for an index: the first four bytes of the SHA-256 digest of its UTF-8. It
 * is stored in all databases and must not change. Different texts may have the same hash; so each
 * search compares the text as well. To find a text with a given hash takes about four thousand
 * million digests. An attacker can choose a few such texts, and each of them costs a search for
 * that hash one more comparison.
 */
final class TextHash {

  private TextHash() {}

  static int of(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return ByteBuffer.wrap(digest).getInt();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
