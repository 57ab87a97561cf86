package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Tokens made with the right key but without this library: RFC 7518, 5.2.2 and 5.3, by the JDK's
 * ciphers.
 */
public final class CraftedTokens {

  public static final String AUDIENCE = "/orders";
  public static final TokenId ID = TokenId.of(bytes("id", TokenId.LENGTH));
  public static final Instant ISSUED = Instant.ofEpochSecond(1_790_000_000);

  /** The claims of alice's session token. */
  public static final TokenClaims CLAIMS =
      new TokenClaims(ID, TokenKind.SESSION, AUDIENCE, ISSUED, ISSUED.plus(Duration.ofDays(7)));

  /** The same claims in their canonical form. */
  public static final String CLAIMS_JSON =
      "{\"jti\":\""
          + ID
          + "\",\"k\":\"s\",\"aud\":\"/orders\",\"iat\":1790000000,\"exp\":1790604800}";

  public static final String HEADER_JSON =
      "{\"enc\":\"A128CBC-HS256\",\"alg\":\"dir\",\"kid\":\"k1\"}";

  /** The key of crafted tokens by default. */
  public static final ContentKey K1 =
      key("k1", ContentEncryption.A128CBC_HS256, ContentKey.State.ACTIVE);

  private CraftedTokens() {}

  /** Returns pseudorandom bytes that are always the same for a name. */
  public static byte[] bytes(String name, int length) {
    byte[] bytes = new byte[length];
    new Random(name.hashCode()).nextBytes(bytes);
    return bytes;
  }

  public static ContentKey key(String kid, ContentEncryption encryption, ContentKey.State state) {
    return new ContentKey(kid, encryption, state, bytes(kid, encryption.keyLength()));
  }

  /** Returns a key file with this key only. */
  public static String keyFile(ContentKey key) {
    return "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"%s\",\"use\":\"enc\",\"alg\":\"%s\",\"state\":\"active\",\"k\":\"%s\"}]}"
        .formatted(key.kid(), key.encryption(), Base64Url.encode(key.bytes()));
  }

  public static JweTokenCodec codec(ContentKey... keys) {
    KeyRing ring = KeyRing.of(List.of(keys));
    return new JweTokenCodec(() -> ring, AUDIENCE, new SecureRandom());
  }

  /** Returns a token of k1 with this header and valid claims. */
  public static String withHeader(String headerJson) {
    return withHeaderSegment(Base64Url.encode(headerJson));
  }

  public static String withHeaderSegment(String headerSegment) {
    return seal(K1, headerSegment, bytes("iv", 16), CLAIMS_JSON.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a token of k1 with the right header and this content. */
  public static String withContent(byte[] content) {
    return seal(K1, Base64Url.encode(HEADER_JSON), bytes("iv", 16), content);
  }

  public static String withContent(String content) {
    return withContent(content.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a token encrypted with this key. */
  public static String seal(ContentKey key, String headerSegment, byte[] iv, byte[] content) {
    return switch (key.encryption()) {
      case A128CBC_HS256 -> cbc(key.bytes(), "HmacSHA256", headerSegment, iv, content);
      case A256CBC_HS512 -> cbc(key.bytes(), "HmacSHA512", headerSegment, iv, content);
      case A256GCM -> gcm(key.bytes(), headerSegment, iv, content, 16);
    };
  }

  public static String gcm(
      byte[] key, String headerSegment, byte[] iv, byte[] content, int tagLength) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(key, "AES"),
          new GCMParameterSpec(tagLength * Byte.SIZE, iv));
      cipher.updateAAD(headerSegment.getBytes(StandardCharsets.UTF_8));
      byte[] sealed = cipher.doFinal(content);
      int length = sealed.length - tagLength;
      return join(
          headerSegment,
          iv,
          Arrays.copyOf(sealed, length),
          Arrays.copyOfRange(sealed, length, sealed.length));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  public static String cbc(
      byte[] key, String mac, String headerSegment, byte[] iv, byte[] content) {
    int half = key.length / 2;
    try {
      Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(key, half, half, "AES"),
          new IvParameterSpec(Arrays.copyOf(iv, 16)));
      byte[] ciphertext = cipher.doFinal(content);
      byte[] whole = hmac(key, mac, headerSegment, iv, ciphertext);
      return join(headerSegment, iv, ciphertext, Arrays.copyOf(whole, half));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the whole tag, of which a token contains the first half. */
  public static byte[] hmac(
      byte[] key, String mac, String headerSegment, byte[] iv, byte[] ciphertext) {
    try {
      Mac hmac = Mac.getInstance(mac);
      hmac.init(new SecretKeySpec(key, 0, key.length / 2, mac));
      byte[] authenticated = headerSegment.getBytes(StandardCharsets.UTF_8);
      hmac.update(authenticated);
      hmac.update(iv);
      hmac.update(ciphertext);
      long bits = (long) authenticated.length * Byte.SIZE;
      return hmac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(bits).array());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String join(String headerSegment, byte[] iv, byte[] ciphertext, byte[] tag) {
    return headerSegment
        + ".."
        + Base64Url.encode(iv)
        + "."
        + Base64Url.encode(ciphertext)
        + "."
        + Base64Url.encode(tag);
  }

  /** Returns the bytes of a decrypted content, and closes it. */
  static byte @Nullable [] bytes(@Nullable DecryptedContent content) {
    try (content) {
      return content == null ? null : Arrays.copyOf(content.bytes(), content.length());
    }
  }

  /** Returns the five parts of a token. */
  public static List<String> parts(String token) {
    return List.of(token.split("\\.", -1));
  }

  /** Returns the token with one of its five parts replaced. */
  public static String with(String token, int part, String other) {
    String[] parts = token.split("\\.", -1);
    parts[part] = other;
    return String.join(".", parts);
  }

  public static byte[] decoded(String part) {
    return Base64.getUrlDecoder().decode(part);
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
