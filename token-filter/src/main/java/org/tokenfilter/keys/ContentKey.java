package org.tokenfilter.keys;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.encoding.Base64Url;

/**
 * A content encryption key with its name and its state in the rotation of keys. Neither {@code
 * toString()} nor the message of an exception shows its bytes. Immutable.
 */
public final class ContentKey {

  /** The rule for names, for messages. */
  static final String KID_FORMAT = "kid must have 1 to 64 characters of A-Z a-z 0-9 . _ -";

  /** The latest creation time of a key; a time given in milliseconds is far beyond it. */
  static final Instant MAX_CREATED_AT = Instant.parse("9999-12-31T23:59:59Z");

  private static final int MAX_KID_LENGTH = 64;

  private final String kid;
  private final ContentEncryption encryption;
  private final State state;
  private final byte[] bytes;
  private final @Nullable Instant createdAt;

  /** A state in the rotation of keys. A key passes through the states in this order. */
  public enum State {
    /** Decrypts tokens, but encrypts none yet, while the key is distributed to all nodes. */
    STAGED,
    /** Decrypts tokens, and encrypts all new ones. */
    ACTIVE,
    /** Decrypts existing tokens, but encrypts no new ones. */
    ACCEPT,
    /** Decrypts nothing: its tokens are rejected like forged ones. */
    RETIRED;

    /**
     * Returns the state with a name of the key file.
     *
     * @throws IllegalArgumentException if the name is unknown; names are compared exactly
     */
    public static State of(String name) {
      for (State state : values()) {
        if (state.toString().equals(name)) {
          return state;
        }
      }
      throw new IllegalArgumentException("not one of staged, active, accept, retired");
    }

    /** Returns the name in a key file. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Creates a key of unknown age.
   *
   * @param kid the name (RFC 7517, 4.5), which is in the header of its tokens: 1 to 64 characters
   *     of {@code A-Z a-z 0-9 . _ -}
   * @param encryption the algorithm that the key is for
   * @param state the state in the rotation
   * @param bytes the secret, of the length that the encryption needs; copied
   * @throws IllegalArgumentException if the name is invalid, the number of bytes is wrong, or all
   *     bytes are equal, which indicates a mistake
   */
  public ContentKey(String kid, ContentEncryption encryption, State state, byte[] bytes) {
    this(kid, encryption, state, bytes, null);
  }

  private ContentKey(
      String kid,
      ContentEncryption encryption,
      State state,
      byte[] bytes,
      @Nullable Instant createdAt) {
    if (!isValidKid(kid)) {
      throw new IllegalArgumentException(KID_FORMAT);
    }
    if (bytes.length != encryption.keyLength()) {
      throw new IllegalArgumentException(
          "key '%s' has %d bytes, but %s needs %d"
              .formatted(kid, bytes.length, encryption, encryption.keyLength()));
    }
    this.kid = kid;
    this.encryption = encryption;
    this.state = state;
    this.bytes = bytes.clone();
    this.createdAt = createdAt;
    if (allEqual(this.bytes)) {
      throw new IllegalArgumentException(
          "key '%s' is weak: all of its bytes are equal".formatted(kid));
    }
  }

  /** Generates a key, without a creation time. */
  public static ContentKey random(
      String kid, ContentEncryption encryption, State state, SecureRandom random) {
    byte[] bytes = new byte[encryption.keyLength()];
    random.nextBytes(bytes);
    return new ContentKey(kid, encryption, state, bytes);
  }

  /** Returns the name, which is not secret. */
  public String kid() {
    return kid;
  }

  /** Returns the algorithm that the key is for. */
  public ContentEncryption encryption() {
    return encryption;
  }

  /** Returns the state in the rotation. */
  public State state() {
    return state;
  }

  /** Returns the same key in another state. */
  public ContentKey withState(State other) {
    return new ContentKey(kid, encryption, other, bytes, createdAt);
  }

  /** Returns the creation time, in whole seconds; null if it is not known. */
  public @Nullable Instant createdAt() {
    return createdAt;
  }

  /**
   * Returns the same key with this creation time.
   *
   * @param time the creation time, in the years 1970 to 9999; rounded down to the second
   * @throws IllegalArgumentException if the time is outside of these years
   */
  public ContentKey createdAt(Instant time) {
    if (time.isBefore(Instant.EPOCH) || time.isAfter(MAX_CREATED_AT)) {
      throw new IllegalArgumentException(
          "key '%s': the creation time must be in the years 1970 to 9999".formatted(kid));
    }
    return new ContentKey(kid, encryption, state, bytes, time.truncatedTo(ChronoUnit.SECONDS));
  }

  /**
   * Returns the JWK Thumbprint (RFC 7638) with SHA-256, 43 characters of base64url. It identifies
   * the key and may be shown: since a key is random, it reveals nothing about it (RFC 7638, 7).
   */
  public String thumbprint() {
    String jwk = "{\"k\":\"" + Base64Url.encode(bytes) + "\",\"kty\":\"oct\"}";
    try {
      return Base64Url.encode(
          MessageDigest.getInstance("SHA-256").digest(jwk.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK does not provide SHA-256", e);
    }
  }

  /** Returns the secret, as a new array for each call. */
  public byte[] bytes() {
    return bytes.clone();
  }

  boolean hasSameBytes(ContentKey other) {
    return MessageDigest.isEqual(bytes, other.bytes);
  }

  /** Returns the name, the state and the encryption, but not the secret. */
  @Override
  public String toString() {
    return kid + " " + state + " " + encryption;
  }

  /**
   * Returns whether a text is a valid name. A name is written to the header of tokens unchanged, so
   * it must not contain characters that JSON escapes.
   */
  static boolean isValidKid(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_KID_LENGTH
        && text.chars().allMatch(c -> c == '.' || Base64Url.isDigit((char) c));
  }

  private static boolean allEqual(byte[] bytes) {
    for (byte b : bytes) {
      if (b != bytes[0]) {
        return false;
      }
    }
    return true;
  }
}
