package org.tokenfilter.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.encoding.JsonBufferRecycler;
import org.tokenfilter.encoding.StrictJson;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;

/**
 * The JSON format of the claims of a token (RFC 7519, 4), for one audience: {@code
 * {"jti":...,"k":"s","aud":...,"iat":...,"exp":...}}, without {@code exp} if the record never
 * expires.
 *
 * <p>Claims in canonical form are read without a JSON parser. Claims in any other valid JSON form,
 * as written by an issuer in another language that has the key, are accepted too. Thread-safe.
 */
final class ClaimsJson {

  private static final int MAX_AUDIENCE_LENGTH = 128;
  private static final int MAX_BYTES = 768;

  /** 9999-12-31T23:59:59Z. A greater value was probably given in milliseconds. */
  private static final long MAX_SECONDS = 253_402_300_799L;

  private final String audience;
  private final CanonicalClaims canonical;
  private final StrictJson json;

  /**
   * Creates the format for an audience.
   *
   * @throws IllegalArgumentException unless the audience has 1 to 128 characters, none of them a
   *     control character or half a surrogate pair. With a longer audience, a token could exceed
   *     the length limit of tokens
   */
  ClaimsJson(String audience) {
    if (audience.isEmpty()
        || audience.length() > MAX_AUDIENCE_LENGTH
        || audience.chars().anyMatch(Character::isISOControl)
        || !StandardCharsets.UTF_8.newEncoder().canEncode(audience)) {
      throw new IllegalArgumentException(
          "audience must be Unicode text of 1 to 128 characters without control characters");
    }
    this.audience = audience;
    canonical =
        new CanonicalClaims(
            audience,
            '"' + new String(JsonStringEncoder.getInstance().quoteAsString(audience)) + '"');
    json = new StrictJson(1, JsonBufferRecycler.POOLED);
  }

  /**
   * Writes claims.
   *
   * @throws IllegalArgumentException if {@link #read} would reject them, or if they are for another
   *     audience
   */
  byte[] write(TokenClaims claims) {
    require(isForThisAudience(claims), "claims must be for this audience");
    requireTimes(claims);
    return canonical.write(claims);
  }

  /**
   * Reads claims, which may be for another audience.
   *
   * @param content an array that starts with the claims
   * @param length the number of bytes of the claims
   * @throws IOException if the claims are not JSON
   * @throws IllegalArgumentException if the claims do not have the format of this class
   */
  TokenClaims read(byte[] content, int length) throws IOException {
    if (length > MAX_BYTES) {
      throw new IllegalArgumentException("claims must not exceed 768 bytes");
    }
    TokenClaims asWritten = canonical.read(content, length);
    TokenClaims claims = asWritten == null ? parse(Arrays.copyOf(content, length)) : asWritten;
    requireTimes(claims);
    return claims;
  }

  /** Parses claims that are not in canonical form, as those of an issuer in another language. */
  private TokenClaims parse(byte[] content) throws IOException {
    try (JsonParser parser = json.parser(content)) {
      require(parser.nextToken() == JsonToken.START_OBJECT, "claims must be a JSON object");
      TokenClaims claims = members(parser);
      require(parser.nextToken() == null, "claims must not be followed by other content");
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
        default ->
            throw new IllegalArgumentException(
                "claims must have no member other than jti, k, aud, iat and exp");
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
      throw new IllegalArgumentException("claims must have the members jti, k, aud and iat");
    }
    return new TokenClaims(id, kind, audience, issuedAt, expiresAt);
  }

  /** Returns whether the claims are for this audience. */
  boolean isForThisAudience(TokenClaims claims) {
    return claims.audience().equals(audience);
  }

  private static void requireTimes(TokenClaims claims) {
    require(inRange(claims.issuedAt()), "iat must be a time in seconds since 1970");
    Instant expiresAt = claims.expiresAt();
    if (expiresAt != null) {
      require(inRange(expiresAt), "exp must be a time in seconds since 1970");
      // Both were rounded down, so they are equal if a token lives for less than a second.
      require(!expiresAt.isBefore(claims.issuedAt()), "exp must not be before iat");
    }
  }

  private static boolean inRange(Instant time) {
    return time.getEpochSecond() > 0 && time.getEpochSecond() <= MAX_SECONDS;
  }

  private static String text(JsonParser parser) throws IOException {
    require(parser.nextToken() == JsonToken.VALUE_STRING, "jti, k and aud must be strings");
    return parser.getText();
  }

  private static Instant seconds(JsonParser parser) throws IOException {
    require(parser.nextToken() == JsonToken.VALUE_NUMBER_INT, "iat and exp must be whole numbers");
    long seconds = parser.getLongValue();
    require(
        seconds > 0 && seconds <= MAX_SECONDS, "iat and exp must be times in seconds since 1970");
    return Instant.ofEpochSecond(seconds);
  }

  private static TokenKind kind(String letter) {
    TokenKind kind = letter.length() == 1 ? CanonicalClaims.kind(letter.charAt(0)) : null;
    if (kind == null) {
      throw new IllegalArgumentException("k must be s, o or u");
    }
    return kind;
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
