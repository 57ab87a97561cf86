package org.tokenfilter.codec;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A compact JWE (RFC 7516, 7.1) without an encrypted key, {@code header..iv.ciphertext.tag}, and
 * where its parts begin.
 */
record CompactJwe(String text, int ivAt, int ciphertextAt, int tagAt) {

  /** No token of ours is longer, and nobody makes us look at more. */
  static final int MAX_LENGTH = 1024;

  /** What {@link #decode} answers where there is nothing to decode. */
  static final int MISSPELLED = -1;

  CompactJwe(String header, String iv, String ciphertext, String tag) {
    this(
        header + ".." + iv + '.' + ciphertext + '.' + tag,
        header.length() + 2,
        header.length() + iv.length() + 3,
        header.length() + iv.length() + ciphertext.length() + 4);
  }

  /**
   * Finds the parts of a text that a client sent.
   *
   * @throws TokenRejectedException if it is not of this shape; nothing was decoded
   */
  static CompactJwe parse(String token) throws TokenRejectedException {
    if (token.length() > MAX_LENGTH) {
      throw refused("it is longer than " + MAX_LENGTH + " characters");
    }
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    int third = token.indexOf('.', second + 1);
    int fourth = token.indexOf('.', third + 1);
    // Once a dot is missing, indexOf starts over: the positions no longer rise.
    if (first < 0 || second < first || third < second || fourth < third) {
      throw refused("it has fewer than five parts");
    }
    if (second != first + 1) {
      throw refused("it has an encrypted key");
    }
    return new CompactJwe(token, second + 1, third + 1, fourth + 1);
  }

  /** The first part. */
  String header() {
    return text.substring(0, ivAt - 2);
  }

  /** Whether the first part is this one, to the letter. */
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

  /** How many characters the initialization vector has. */
  int ivLength() {
    return ciphertextAt - 1 - ivAt;
  }

  /** How many characters the tag has. */
  int tagLength() {
    return text.length() - tagAt;
  }

  /**
   * Decodes the initialization vector, the ciphertext and the tag, one after the other. A sixth
   * part would be a dot in the fifth, which is not in the alphabet.
   *
   * @param into has room for as many bytes as the longest token has
   * @return how many bytes those are, or {@link #MISSPELLED} if one of the three is not canonical
   *     base64url
   */
  int decode(byte[] into) {
    int ciphertextInto = Base64Url.bytes(ivLength());
    int tagInto = ciphertextInto + Base64Url.bytes(tagAt - 1 - ciphertextAt);
    boolean canonical =
        Base64Url.decode(text, ivAt, ciphertextAt - 1, into, 0)
            && Base64Url.decode(text, ciphertextAt, tagAt - 1, into, ciphertextInto)
            && Base64Url.decode(text, tagAt, text.length(), into, tagInto);
    return canonical ? tagInto + Base64Url.bytes(tagLength()) : MISSPELLED;
  }

  /**
   * What is wrong with the text of a token that was refused, for the log; null if it is spelled as
   * tokens are. It says nothing of keys.
   */
  @Nullable String misspelling() {
    if (decode(new byte[MAX_LENGTH]) != MISSPELLED && Base64Url.isCanonical(header())) {
      return null;
    }
    if (text.indexOf('.', tagAt) >= 0) {
      return "it has more than five parts";
    }
    return text.chars().allMatch(c -> c == '.' || Base64Url.isDigit((char) c))
        ? "a part is not canonical base64url"
        : "a character is not of base64url";
  }

  /** Shows nothing: this is the token. */
  @Override
  public String toString() {
    return "CompactJwe";
  }

  /** A refusal that does not say what was refused. */
  static TokenRejectedException refused(String why) {
    return new TokenRejectedException(Rejection.INVALID, "not a token of ours: " + why);
  }
}
