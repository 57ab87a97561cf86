package org.tokenfilter.codec;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;

/**
 * The canonical form of the claims for one audience, character by character. All tokens that this
 * library writes hold claims in this form, and reading it needs no JSON parser. Immutable.
 */
final class CanonicalClaims {

  private static final String BEFORE_ID = "{\"jti\":\"";
  private static final String AFTER_ID = "\",\"k\":\"";
  private static final String BEFORE_EXPIRY = ",\"exp\":";

  private static final byte[] BEFORE_ID_BYTES = utf8(BEFORE_ID);
  private static final byte[] AFTER_ID_BYTES = utf8(AFTER_ID);
  private static final byte[] BEFORE_EXPIRY_BYTES = utf8(BEFORE_EXPIRY);

  private static final int ID_LENGTH = Base64Url.encodedLength(TokenId.LENGTH);
  private static final int ID_AT = BEFORE_ID.length();
  private static final int KIND_AT = ID_AT + ID_LENGTH + AFTER_ID.length();

  /** The number of digits of the year 9999 in seconds; such a number fits into a long. */
  private static final int MAX_DIGITS = 12;

  private final String audience;
  private final String afterKind;
  private final byte[] afterKindBytes;

  /**
   * Creates the canonical form for an audience.
   *
   * @param audience the audience itself
   * @param quotedAudience the audience as a JSON string, with its quotation marks
   */
  CanonicalClaims(String audience, String quotedAudience) {
    this.audience = audience;
    afterKind = "\",\"aud\":" + quotedAudience + ",\"iat\":";
    afterKindBytes = utf8(afterKind);
  }

  /** Writes claims, which must be for this audience. */
  byte[] write(TokenClaims claims) {
    Instant expiresAt = claims.expiresAt();
    String text =
        BEFORE_ID
            + claims.id()
            + AFTER_ID
            + letter(claims.kind())
            + afterKind
            + claims.issuedAt().getEpochSecond()
            + (expiresAt == null ? "" : BEFORE_EXPIRY + expiresAt.getEpochSecond())
            + '}';
    return utf8(text);
  }

  /**
   * Reads claims in the form that {@link #write} writes.
   *
   * @param content an array that starts with the claims
   * @param length the number of bytes of the claims
   * @return the claims; null if they have any other form
   */
  @Nullable TokenClaims read(byte[] content, int length) {
    int issuedAt = KIND_AT + 1 + afterKindBytes.length;
    int last = length - 1;
    // Bytes after the claims are never used: no digit and no piece extends past the last brace.
    if (issuedAt > last
        || content[last] != '}'
        || !matchesAt(BEFORE_ID_BYTES, content, 0)
        || !matchesAt(AFTER_ID_BYTES, content, ID_AT + ID_LENGTH)
        || !matchesAt(afterKindBytes, content, KIND_AT + 1)) {
      return null;
    }
    TokenId id = id(content);
    TokenKind kind = kind((char) content[KIND_AT]);
    int issuedEnd = endOfDigits(content, issuedAt);
    Instant issued = parseSeconds(content, issuedAt, issuedEnd);
    if (id == null || kind == null || issued == null) {
      return null;
    }
    if (issuedEnd == last) {
      return new TokenClaims(id, kind, audience, issued, null);
    }
    int expiresAt = issuedEnd + BEFORE_EXPIRY_BYTES.length;
    Instant expires =
        matchesAt(BEFORE_EXPIRY_BYTES, content, issuedEnd)
                && endOfDigits(content, expiresAt) == last
            ? parseSeconds(content, expiresAt, last)
            : null;
    return expires == null ? null : new TokenClaims(id, kind, audience, issued, expires);
  }

  static char letter(TokenKind kind) {
    return switch (kind) {
      case SESSION -> 's';
      case OPEN -> 'o';
      case USER -> 'u';
    };
  }

  /** Returns the kind with this letter; null if no kind has it. */
  static @Nullable TokenKind kind(char letter) {
    return switch (letter) {
      case 's' -> TokenKind.SESSION;
      case 'o' -> TokenKind.OPEN;
      case 'u' -> TokenKind.USER;
      default -> null;
    };
  }

  private static @Nullable TokenId id(byte[] content) {
    byte[] id = new byte[TokenId.LENGTH];
    return Base64Url.decode(content, ID_AT, ID_AT + ID_LENGTH, id, 0) ? TokenId.of(id) : null;
  }

  /** Returns the index after the last of the digits that start at an index. */
  private static int endOfDigits(byte[] content, int from) {
    int i = from;
    while (i < content.length && content[i] >= '0' && content[i] <= '9') {
      i++;
    }
    return i;
  }

  /**
   * Returns the time in seconds that some digits denote; null if there are none or too many, or if
   * the first is zero.
   */
  private static @Nullable Instant parseSeconds(byte[] content, int from, int to) {
    if (to == from || to - from > MAX_DIGITS || content[from] == '0') {
      return null;
    }
    long seconds = 0;
    for (int i = from; i < to; i++) {
      seconds = seconds * 10 + (content[i] - '0');
    }
    return Instant.ofEpochSecond(seconds);
  }

  private static boolean matchesAt(byte[] piece, byte[] content, int at) {
    int end = at + piece.length;
    return end <= content.length && Arrays.equals(piece, 0, piece.length, content, at, end);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
