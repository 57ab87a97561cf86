package org.tokenfilter.credentials;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * The stored form of a password: PBKDF2 with HMAC-SHA-512 (RFC 8018), a salt and an iteration
 * count, as {@code $pbkdf2-sha512$210000$SALT$HASH} with base64 without padding. OWASP recommends
 * 210,000 iterations. Immutable.
 */
final class PasswordHash {

  static final int ITERATIONS = 210_000;

  private static final String ALGORITHM = "PBKDF2WithHmacSHA512";
  private static final int SALT_LENGTH = 16;
  private static final int HASH_LENGTH = 32;
  private static final Pattern TEXT =
      Pattern.compile("\\$pbkdf2-sha512\\$([1-9][0-9]{3,6})\\$([^$]{22,})\\$([^$]{43})");

  private final int iterations;
  private final byte[] salt;
  private final byte[] hash;

  private PasswordHash(int iterations, byte[] salt, byte[] hash) {
    this.iterations = iterations;
    this.salt = salt;
    this.hash = hash;
  }

  /** Returns a hash of a password, with a new salt. */
  static PasswordHash of(char[] password, int iterations, SecureRandom random) {
    byte[] salt = new byte[SALT_LENGTH];
    random.nextBytes(salt);
    return new PasswordHash(iterations, salt, derive(password, salt, iterations));
  }

  /** Returns a hash that no password matches, and that takes as long to compare as any other. */
  static PasswordHash dummy(int iterations) {
    return new PasswordHash(iterations, new byte[SALT_LENGTH], new byte[0]);
  }

  /**
   * Parses a hash in the form that {@link #toString()} returns.
   *
   * @throws IllegalArgumentException if the text is not a hash; the message does not contain the
   *     text
   */
  static PasswordHash parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "a hash must have the form $pbkdf2-sha512$210000$SALT$HASH");
    }
    Base64.Decoder base64 = Base64.getDecoder();
    byte[] hash = base64.decode(matcher.group(3));
    return new PasswordHash(
        Integer.parseInt(matcher.group(1)), base64.decode(matcher.group(2)), hash);
  }

  int iterations() {
    return iterations;
  }

  /** Returns whether a password matches; the time is the same for all wrong passwords. */
  boolean matches(char[] password) {
    return MessageDigest.isEqual(hash, derive(password, salt, iterations));
  }

  private static byte[] derive(char[] password, byte[] salt, int iterations) {
    PBEKeySpec spec = new PBEKeySpec(password, salt, iterations, HASH_LENGTH * Byte.SIZE);
    try {
      return SecretKeyFactory.getInstance(ALGORITHM).generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK does not provide " + ALGORITHM, e);
    } finally {
      spec.clearPassword();
    }
  }

  @Override
  public String toString() {
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$pbkdf2-sha512$"
        + iterations
        + "$"
        + base64.encodeToString(salt)
        + "$"
        + base64.encodeToString(hash);
  }
}
