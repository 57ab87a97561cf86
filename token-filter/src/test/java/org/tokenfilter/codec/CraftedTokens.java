package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.testsupport.forgery.BaseToken;
import org.tokenfilter.testsupport.forgery.TokenForge;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** The keys and claims of {@link TokenForge} as the codec has them, and its refusals. */
public final class CraftedTokens {

  static final String AUDIENCE = "/orders";
  static final TokenId ID = TokenId.of(TokenForge.bytes("id", TokenId.LENGTH));
  static final Instant ISSUED = Instant.ofEpochSecond(1_790_000_000);

  /** The claims of alice's session token. */
  public static final TokenClaims CLAIMS =
      new TokenClaims(ID, TokenKind.SESSION, AUDIENCE, ISSUED, ISSUED.plus(Duration.ofDays(7)));

  /** The same claims in their canonical form. */
  static final String CLAIMS_JSON =
      "{\"jti\":\""
          + ID
          + "\",\"k\":\"s\",\"aud\":\"/orders\",\"iat\":1790000000,\"exp\":1790604800}";

  /** The key of forged tokens by default. */
  public static final ContentKey K1 =
      key("k1", ContentEncryption.A128CBC_HS256, ContentKey.State.ACTIVE);

  private CraftedTokens() {}

  public static ContentKey key(String kid, ContentEncryption encryption, ContentKey.State state) {
    return new ContentKey(kid, encryption, state, TokenForge.bytes(kid, encryption.keyLength()));
  }

  public static JweTokenCodec codec(ContentKey... keys) {
    KeyRing ring = KeyRing.of(List.of(keys));
    return new JweTokenCodec(() -> ring, AUDIENCE, new SecureRandom());
  }

  /** Returns the cipher of a key, for its text. */
  public static Object cipher(ContentKey key) {
    return new ContentCipher(key);
  }

  /** Returns the token that {@link #CLAIMS} have, from which forgeries are made. */
  static BaseToken baseToken(TokenCodec codec) {
    return new BaseToken(codec.encode(CLAIMS), CLAIMS_JSON);
  }

  /** Returns the bytes of a decrypted content, and closes it. */
  static byte @Nullable [] bytes(@Nullable DecryptedContent content) {
    try (content) {
      return content == null ? null : Arrays.copyOf(content.bytes(), content.length());
    }
  }

  /** Returns a token of k1 with this header and valid claims. */
  static String withHeader(String headerJson) {
    return withHeaderSegment(Base64Url.encode(headerJson));
  }

  static String withHeaderSegment(String headerSegment) {
    return TokenForge.sealed(
        headerSegment, TokenForge.bytes("iv", 16), CLAIMS_JSON.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a token encrypted with this key. */
  static String seal(ContentKey key, String headerSegment, byte[] iv, byte[] content) {
    return switch (key.encryption()) {
      case A128CBC_HS256 -> TokenForge.cbc(key.bytes(), "HmacSHA256", headerSegment, iv, content);
      case A256CBC_HS512 -> TokenForge.cbc(key.bytes(), "HmacSHA512", headerSegment, iv, content);
      case A256GCM -> TokenForge.gcm(key.bytes(), headerSegment, iv, content, 16);
    };
  }

  /** Returns a test for each of these tokens, which must be refused. */
  static Stream<DynamicTest> refusals(TokenCodec codec, Map<String, String> tokens) {
    return tokens.entrySet().stream()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getKey(), () -> assertRefused(codec, each.getValue())));
  }

  /** Asserts that the token is refused as invalid by a message that contains no part of it. */
  public static void assertRefused(TokenCodec codec, String token) {
    Throwable thrown = catchThrowable(() -> codec.decode(token));
    assertThat(thrown).isInstanceOf(TokenRejectedException.class).hasNoCause();
    assertThat(((TokenRejectedException) thrown).rejection()).isEqualTo(Rejection.INVALID);
    String message = String.valueOf(thrown.getMessage());
    assertThat(message).startsWith("invalid token: ").hasSizeLessThan(80);
    int window = 8;
    for (int i = 0; i + window <= Math.min(token.length(), 2000); i++) {
      assertThat(message).doesNotContain(token.substring(i, i + window));
    }
  }
}
