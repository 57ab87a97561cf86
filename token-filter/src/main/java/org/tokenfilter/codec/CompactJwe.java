package org.tokenfilter.codec;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A compact JWE (RFC 7516, 7.1) without an encrypted key, {@code header..iv.ciphertext.tag}.
 *
 * @param text the whole JWE
 * @param ivAt the index at which the initialization vector starts
 * @param ciphertextAt the index at which the ciphertext starts
 * @param tagAt the index at which the authentication tag starts
 */
record CompactJwe(String text, int ivAt, int ciphertextAt, int tagAt) {

  /** The maximum length of a token in characters; a longer text is rejected unread. */
  static final int MAX_LENGTH = 1024;

  /** The result of {@link #decode} if a part is not canonical base64url. */
  static final int NOT_CANONICAL = -1;

  CompactJwe(String header, String iv, String ciphertext, String tag) {
    this(
        header + ".." + iv + '.' + ciphertext + '.' + tag,
        header.length() + 2,
        header.length() + iv.length() + 3,
        header.length() + iv.length() + ciphertext.length() + 4);
  }

  /**
   * Splits a text that a client sent into its parts, without decoding them.
   *
   * @throws TokenRejectedException if it does not have this form
   */
  static CompactJwe parse(String token) throws TokenRejectedException {
    if (token.length() > MAX_LENGTH) {
      throw new TokenRejectedException(RefusalCause.TOO_LONG);
    }
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    int third = token.indexOf('.', second + 1);
    int fourth = token.indexOf('.', third + 1);
    // If a dot is missing, indexOf searches from the start again and the positions do not rise.
    if (first < 0 || second < first || third < second || fourth < third) {
      throw new TokenRejectedException(RefusalCause.TOO_FEW_PARTS);
    }
    if (second != first + 1) {
      throw new TokenRejectedException(RefusalCause.ENCRYPTED_KEY);
    }
    return new CompactJwe(token, second + 1, third + 1, fourth + 1);
  }

  /** Returns the first part. */
  String header() {
    return text.substring(0, ivAt - 2);
  }

  /** Returns whether the first part equals a header segment, character by character. */
  boolean hasHeader(String segment) {
    return segment.length() == ivAt - 2 && text.startsWith(segment);
  }

  String iv() {
    return text.substring(ivAt, ciphertextAt - 1);
  }

  String ciphertext() {
    return text.substring(ciphertextAt, tagAt - 1);
  }

  String tag() {
    return text.substring(tagAt);
  }

  /** Returns the number of characters of the initialization vector. */
  int ivLength() {
    return ciphertextAt - 1 - ivAt;
  }

  /** Returns the number of characters of the tag. */
  int tagLength() {
    return text.length() - tagAt;
  }

  /**
   * Decodes the initialization vector, the ciphertext and the tag, one after the other. A sixth
   * part would be a dot in the fifth, and a dot is not in the alphabet.
   *
   * @param into an array with room for the bytes of the longest token
   * @return the number of decoded bytes, or {@link #NOT_CANONICAL} if one of the three parts is not
   *     canonical base64url
   */
  int decode(byte[] into) {
    int ciphertextInto = Base64Url.decodedLength(ivLength());
    int tagInto = ciphertextInto + Base64Url.decodedLength(tagAt - 1 - ciphertextAt);
    boolean canonical =
        Base64Url.decode(text, ivAt, ciphertextAt - 1, into, 0)
            && Base64Url.decode(text, ciphertextAt, tagAt - 1, into, ciphertextInto)
            && Base64Url.decode(text, tagAt, text.length(), into, tagInto);
    return canonical ? tagInto + Base64Url.decodedLength(tagLength()) : NOT_CANONICAL;
  }

  /**
   * Returns the error in the form of a rejected token, for the log; null if its form is that of a
   * token. It does not depend on keys.
   */
  @Nullable RefusalCause canonicalFormError() {
    if (decode(new byte[MAX_LENGTH]) != NOT_CANONICAL && Base64Url.isCanonical(header())) {
      return null;
    }
    if (text.indexOf('.', tagAt) >= 0) {
      return RefusalCause.TOO_MANY_PARTS;
    }
    return text.chars().allMatch(c -> c == '.' || Base64Url.isDigit((char) c))
        ? RefusalCause.NOT_CANONICAL
        : RefusalCause.INVALID_CHARACTER;
  }

  /** Returns a constant, so that the token is not shown. */
  @Override
  public String toString() {
    return "CompactJwe";
  }
}
