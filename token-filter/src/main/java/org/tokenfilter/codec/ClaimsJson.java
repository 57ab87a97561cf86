package org.tokenfilter.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.token.TokenClaims;

/**
 * The content of our tokens (RFC 7519, 4), for one audience: {@code
 * {"jti":...,"k":"s","aud":...,"iat":...,"exp":...}}, without {@code exp} where the record never
 * expires. Thread-safe.
 */
final class ClaimsJson {

  private static final int MAX_AUDIENCE_LENGTH = 128;
  private static final int MAX_BYTES = 768;

  /** 9999-12-31T23:59:59Z. What lies behind it was meant in milliseconds. */
  private static final long MAX_SECONDS = 253_402_300_799L;

  private final String audience;
  private final ClaimsText text;
  private final StrictJson json;

  /**
   * The claims of this audience.
   *
   * @throws IllegalArgumentException unless it has 1 to 128 characters, none of them a control
   *     character or half a surrogate pair: with more, a token could be too long to be read
   */
  ClaimsJson(String audience) {
    if (audience.isEmpty()
        || audience.length() > MAX_AUDIENCE_LENGTH
        || audience.chars().anyMatch(Character::isISOControl)
        || !StandardCharsets.UTF_8.newEncoder().canEncode(audience)) {
      throw new IllegalArgumentException(
          "an audience is Unicode text of 1 to 128 characters without control characters");
    }
    this.audience = audience;
    text =
        new ClaimsText(
            audience,
            '"' + new String(JsonStringEncoder.getInstance().quoteAsString(audience)) + '"');
    json = new StrictJson(1, JsonBuffers.KEPT);
  }

  /**
   * Writes claims.
   *
   * @throws IllegalArgumentException if {@link #read} would not take them, or they are for another
   *     audience
   */
  byte[] write(TokenClaims claims) {
    require(isForUs(claims), "claims are for this audience");
    requireTimes(claims);
    return text.write(claims);
  }

  /**
   * Reads claims, which may be for another audience.
   *
   * @param content begins with them
   * @param length how many bytes they have
   * @throws IOException if they are not JSON
   * @throws IllegalArgumentException if they are not ours
   */
  TokenClaims read(byte[] content, int length) throws IOException {
    if (length > MAX_BYTES) {
      throw new IllegalArgumentException("claims are shorter");
    }
    TokenClaims asWritten = text.read(content, length);
    TokenClaims claims = asWritten == null ? parse(Arrays.copyOf(content, length)) : asWritten;
    requireTimes(claims);
    return claims;
  }

  /** What is spelled in another way than we do, as by an issuer in another language. */
  private TokenClaims parse(byte[] content) throws IOException {
    try (JsonParser parser = json.parser(content)) {
      require(parser.nextToken() == JsonToken.START_OBJECT, "claims are an object");
      TokenClaims claims = members(parser);
      require(parser.nextToken() == null, "nothing follows the claims");
      return claims;
    }
  }

  private static TokenClaims members(JsonParser parser) throws IOException {
    TokenId id = null;
    TokenKind kind = null;
    String audience = null;
    Instant issuedAt = null;
    Instant expiresAt = null;
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      switch (name) {
        case "jti" -> id = TokenId.parse(text(parser));
        case "k" -> kind = kind(text(parser));
        case "aud" -> audience = text(parser);
        case "iat" -> issuedAt = seconds(parser);
        case "exp" -> expiresAt = seconds(parser);
        default -> throw new IllegalArgumentException("claims have no other member");
      }
    }
    return claims(id, kind, audience, issuedAt, expiresAt);
  }

  private static TokenClaims claims(
      @Nullable TokenId id,
      @Nullable TokenKind kind,
      @Nullable String audience,
      @Nullable Instant issuedAt,
      @Nullable Instant expiresAt) {
    if (id == null || kind == null || audience == null || issuedAt == null) {
      throw new IllegalArgumentException("claims have a jti, a k, an aud and an iat");
    }
    return new TokenClaims(id, kind, audience, issuedAt, expiresAt);
  }

  /** Whether they are for this audience. */
  boolean isForUs(TokenClaims claims) {
    return claims.audience().equals(audience);
  }

  private static void requireTimes(TokenClaims claims) {
    require(inRange(claims.issuedAt()), "iat is a time in seconds");
    Instant expiresAt = claims.expiresAt();
    if (expiresAt != null) {
      require(inRange(expiresAt), "exp is a time in seconds");
      // Both were rounded down, so a token that lives for less than a second has them equal.
      require(!expiresAt.isBefore(claims.issuedAt()), "exp is not before iat");
    }
  }

  private static boolean inRange(Instant time) {
    return time.getEpochSecond() > 0 && time.getEpochSecond() <= MAX_SECONDS;
  }

  private static String text(JsonParser parser) throws IOException {
    require(parser.nextToken() == JsonToken.VALUE_STRING, "this claim is a string");
    return parser.getText();
  }

  private static Instant seconds(JsonParser parser) throws IOException {
    require(parser.nextToken() == JsonToken.VALUE_NUMBER_INT, "this claim is a whole number");
    long seconds = parser.getLongValue();
    require(seconds > 0 && seconds <= MAX_SECONDS, "this claim is a time in seconds");
    return Instant.ofEpochSecond(seconds);
  }

  private static TokenKind kind(String letter) {
    TokenKind kind = letter.length() == 1 ? ClaimsText.kind(letter.charAt(0)) : null;
    if (kind == null) {
      throw new IllegalArgumentException("k is s, o or u");
    }
    return kind;
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
