package org.tokenfilter.credentials;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * The stored form of an API key: its SHA-256, as {@code $sha256$DIGEST} with base64 without
 * padding. A fast digest is sufficient only for secrets that are random and long. Secrets that
 * people choose must be stored as a {@link PasswordHash}. Immutable.
 *
 * @param text the digest as written in the file
 */
record ApiKeyDigest(String text) {

  private static final String ALGORITHM = "SHA-256";
  private static final String PREFIX = "$sha256$";
  private static final Pattern TEXT = Pattern.compile("\\$sha256\\$[A-Za-z0-9+/]{43}");
  private static final int KEY_LENGTH = 32;

  /** Returns whether a field of the file is intended to be a digest. */
  static boolean hasPrefix(String field) {
    return field.startsWith(PREFIX);
  }

  /**
   * Parses a digest.
   *
   * @throws IllegalArgumentException if the text is not a digest; the message does not contain the
   *     text
   */
  static ApiKeyDigest parse(String text) {
    if (!TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException("a digest must have the form $sha256$DIGEST");
    }
    return new ApiKeyDigest(text);
  }

  /** Returns the digest of a key. */
  static ApiKeyDigest of(char[] key) {
    byte[] bytes = new String(key).getBytes(StandardCharsets.UTF_8);
    try {
      byte[] digest = MessageDigest.getInstance(ALGORITHM).digest(bytes);
      return new ApiKeyDigest(PREFIX + Base64.getEncoder().withoutPadding().encodeToString(digest));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK does not provide " + ALGORITHM, e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** Generates a key of 256 random bits. */
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
