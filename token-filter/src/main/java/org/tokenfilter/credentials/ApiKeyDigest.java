package org.tokenfilter.credentials;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * What is kept of an API key: its SHA-256, as {@code $sha256$DIGEST} with base64 without padding. A
 * digest that is quick to make is enough for what is random and long, and for nothing else: keys
 * that people think up belong into a {@link PasswordHash}. Immutable.
 *
 * @param text as it stands in the file
 */
record ApiKeyDigest(String text) {

  private static final String ALGORITHM = "SHA-256";
  private static final String PREFIX = "$sha256$";
  private static final Pattern TEXT = Pattern.compile("\\$sha256\\$[A-Za-z0-9+/]{43}");
  private static final int KEY_LENGTH = 32;

  /** Whether a field of the file is meant to be one. */
  static boolean isMeant(String field) {
    return field.startsWith(PREFIX);
  }

  /**
   * The digest that is written so.
   *
   * @throws IllegalArgumentException if the text is none; the message does not hold it
   */
  static ApiKeyDigest parse(String text) {
    if (!TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException("not a digest like $sha256$DIGEST");
    }
    return new ApiKeyDigest(text);
  }

  /** What to keep of this key. */
  static ApiKeyDigest of(char[] key) {
    byte[] bytes = new String(key).getBytes(StandardCharsets.UTF_8);
    try {
      byte[] digest = MessageDigest.getInstance(ALGORITHM).digest(bytes);
      return new ApiKeyDigest(PREFIX + Base64.getEncoder().withoutPadding().encodeToString(digest));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** A new key, of 256 random bits. */
  static String newKey(SecureRandom random) {
    byte[] key = new byte[KEY_LENGTH];
    random.nextBytes(key);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(key);
  }

  @Override
  public String toString() {
    return text;
  }
}
