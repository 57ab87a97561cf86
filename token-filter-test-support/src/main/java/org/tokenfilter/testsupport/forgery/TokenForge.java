package org.tokenfilter.testsupport.forgery;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens made with the right key but without this library: RFC 7518, 5.2.2 and 5.3, by the JDK's
 * ciphers.
 */
public final class TokenForge {

  public static final String HEADER_JSON =
      "{\"enc\":\"A128CBC-HS256\",\"alg\":\"dir\",\"kid\":\"k1\"}";

  private static final int KEY_LENGTH = 32;

  private TokenForge() {}

  /** Returns pseudorandom bytes that are always the same for a name. */
  public static byte[] bytes(String name, int length) {
    byte[] bytes = new byte[length];
    new Random(name.hashCode()).nextBytes(bytes);
    return bytes;
  }

  /** Returns the key k1, which forged tokens have by default. */
  public static byte[] key() {
    return bytes("k1", KEY_LENGTH);
  }

  /** Returns a key file with the key k1 of these bytes only. */
  public static String keyFile(byte[] key) {
    return "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"k1\",\"use\":\"enc\",\"alg\":\"A128CBC-HS256\",\"state\":\"active\",\"k\":\"%s\"}]}"
        .formatted(encoded(key));
  }

  /** Returns a token of k1 with the right header and this content. */
  public static String withContent(byte[] content) {
    return sealed(encoded(HEADER_JSON), bytes("iv", 16), content);
  }

  public static String withContent(String content) {
    return withContent(content.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a token encrypted with k1. */
  public static String sealed(String headerSegment, byte[] iv, byte[] content) {
    return cbc(key(), "HmacSHA256", headerSegment, iv, content);
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
    return headerSegment + ".." + encoded(iv) + "." + encoded(ciphertext) + "." + encoded(tag);
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

  public static String encoded(String text) {
    return encoded(text.getBytes(StandardCharsets.UTF_8));
  }

  public static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
