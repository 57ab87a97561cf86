package org.tokenfilter.testsupport.forgery;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.tokenfilter.store.TokenRecord;

/**
 * A live token from which forgeries are made: an attacker with the application's key, but without
 * the library, can make tokens that name the same record.
 *
 * @param token the token as issued
 * @param claims its decrypted content
 */
public record BaseToken(String token, String claims) {

  public static final int HEADER = 0;
  public static final int ENCRYPTED_KEY = 1;
  public static final int IV = 2;
  public static final int CIPHERTEXT = 3;
  public static final int TAG = 4;

  private static final int IV_LENGTH = 16;

  /** Returns the claims of a token of this record for this audience. */
  public static String claims(TokenRecord record, String audience) {
    String kind = record.kind().name().substring(0, 1).toLowerCase(Locale.ROOT);
    String expiry =
        record.expiresAt() == null ? "" : ",\"exp\":" + record.expiresAt().getEpochSecond();
    return "{\"jti\":\"%s\",\"k\":\"%s\",\"aud\":\"%s\",\"iat\":%d%s}"
        .formatted(record.id(), kind, audience, record.issuedAt().getEpochSecond(), expiry);
  }

  public String part(int number) {
    return TokenForge.parts(token).get(number);
  }

  public String withPart(int part, String other) {
    return TokenForge.with(token, part, other);
  }

  public byte[] decoded(int part) {
    return TokenForge.decoded(part(part));
  }

  /** Returns the same claims under another header, with the right tag. */
  public String withHeader(String headerJson) {
    return encrypted(TokenForge.encoded(headerJson), claims);
  }

  /** Returns the same claims under another form of a header, with the right tag. */
  public String withHeaderSegment(String segment) {
    return encrypted(segment, claims);
  }

  private static String encrypted(String headerSegment, String content) {
    return TokenForge.sealed(
        headerSegment, TokenForge.bytes("iv", IV_LENGTH), content.getBytes(StandardCharsets.UTF_8));
  }
}
