package org.tokenfilter.codec;

import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The parts of a compact JWE (RFC 7516, 7.1) without an encrypted key, in their one spelling:
 * {@code header..iv.ciphertext.tag}.
 */
record CompactJwe(String header, String iv, String ciphertext, String tag) {

  /** No token of ours is longer, and nobody makes us look at more. */
  static final int MAX_LENGTH = 1024;

  /**
   * Splits a text that a client sent.
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
    CompactJwe parts =
        new CompactJwe(
            token.substring(0, first),
            token.substring(second + 1, third),
            token.substring(third + 1, fourth),
            token.substring(fourth + 1));
    if (!(Base64Url.isCanonical(parts.header)
        && Base64Url.isCanonical(parts.iv)
        && Base64Url.isCanonical(parts.ciphertext)
        && Base64Url.isCanonical(parts.tag))) {
      throw refused(parts.misspelling());
    }
    return parts;
  }

  private String misspelling() {
    // The dot before a sixth part stands in the fifth, and is not in the alphabet.
    if (tag.indexOf('.') >= 0) {
      return "it has more than five parts";
    }
    return (header + iv + ciphertext + tag).chars().allMatch(c -> Base64Url.isDigit((char) c))
        ? "a part is not canonical base64url"
        : "a character is not of base64url";
  }

  /** The token. */
  String text() {
    return header + ".." + iv + '.' + ciphertext + '.' + tag;
  }

  /** Shows nothing: the parts are the token. */
  @Override
  public String toString() {
    return "CompactJwe";
  }

  /** A refusal that does not say what was refused. */
  static TokenRejectedException refused(String why) {
    return new TokenRejectedException(Rejection.INVALID, "not a token of ours: " + why);
  }
}
