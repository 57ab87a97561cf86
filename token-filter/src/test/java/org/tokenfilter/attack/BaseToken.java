package org.tokenfilter.attack;

import static org.tokenfilter.codec.CraftedTokens.K1;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.tokenfilter.codec.CraftedTokens;
import org.tokenfilter.store.TokenRecord;

/**
 * A live token from which forgeries are made: an attacker with the application's key, but without
 * the library, can make tokens that name the same record.
 *
 * @param token the token as issued
 * @param claims its decrypted content
 */
record BaseToken(String token, String claims) {

  static final int HEADER = 0;
  static final int ENCRYPTED_KEY = 1;
  static final int IV = 2;
  static final int CIPHERTEXT = 3;
  static final int TAG = 4;

  private static final int IV_LENGTH = 16;

  /** Returns the base token for a token that this application has issued. */
  static BaseToken of(AttackedApp app, String token) {
    TokenRecord record = app.security.service().introspect(token).orElseThrow().record();
    return new BaseToken(app.secret(token), claims(record));
  }

  /** Returns the claims of a token of this record. */
  static String claims(TokenRecord record) {
    String kind = record.kind().name().substring(0, 1).toLowerCase(Locale.ROOT);
    String expiry =
        record.expiresAt() == null ? "" : ",\"exp\":" + record.expiresAt().getEpochSecond();
    return "{\"jti\":\"%s\",\"k\":\"%s\",\"aud\":\"%s\",\"iat\":%d%s}"
        .formatted(
            record.id(), kind, AttackedApp.AUDIENCE, record.issuedAt().getEpochSecond(), expiry);
  }

  String part(int number) {
    return CraftedTokens.parts(token).get(number);
  }

  String withPart(int part, String other) {
    return CraftedTokens.with(token, part, other);
  }

  byte[] decoded(int part) {
    return CraftedTokens.decoded(part(part));
  }

  /** Returns the same claims under another header, with the right tag. */
  String withHeader(String headerJson) {
    return encrypted(encoded(headerJson), claims);
  }

  /** Returns the same claims under another form of a header, with the right tag. */
  String withHeaderSegment(String segment) {
    return encrypted(segment, claims);
  }

  /** Returns other claims under the right header. */
  static String withClaims(String content) {
    return encrypted(encoded(CraftedTokens.HEADER_JSON), content);
  }

  /** Returns another content under the right header. */
  static String withContent(byte[] content) {
    return CraftedTokens.withContent(content);
  }

  private static String encrypted(String headerSegment, String content) {
    return CraftedTokens.seal(
        K1,
        headerSegment,
        CraftedTokens.bytes("iv", IV_LENGTH),
        content.getBytes(StandardCharsets.UTF_8));
  }

  static String encoded(String text) {
    return encoded(text.getBytes(StandardCharsets.UTF_8));
  }

  static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
