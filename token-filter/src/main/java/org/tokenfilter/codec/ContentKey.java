package org.tokenfilter.codec;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A content encryption key with its name and its place in the rotation of keys. Immutable; neither
 * {@code toString()} nor the message of an exception shows its bytes.
 */
public final class ContentKey {

  /** What a name is, for messages. */
  static final String KID_RULE = "a kid has 1 to 64 characters of A-Z a-z 0-9 . _ -";

  /** Until when a key may have been made; what is written in milliseconds is far beyond it. */
  static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private static final int MAX_KID_LENGTH = 64;

  private final String kid;
  private final ContentEncryption encryption;
  private final State state;
  private final byte[] bytes;
  private final @Nullable Instant madeAt;

  /** Where a key is in its life. Keys go through these in this order. */
  public enum State {
    /** Opens tokens, makes none yet: it is on its way to all nodes. */
    STAGED,
    /** Opens tokens, and makes all new ones. */
    ACTIVE,
    /** Opens the tokens that it made, makes no more. */
    ACCEPT,
    /** Opens nothing: its tokens are as good as forged. */
    RETIRED;

    /**
     * The state that a key file names so.
     *
     * @throws IllegalArgumentException if it is none of these; names are compared exactly
     */
    public static State of(String name) {
      for (State state : values()) {
        if (state.toString().equals(name)) {
          return state;
        }
      }
      throw new IllegalArgumentException("not one of staged, active, accept, retired");
    }

    /** The name that it has in a key file. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A key of unknown age.
   *
   * @param kid its name (RFC 7517, 4.5), which its tokens carry: 1 to 64 characters of {@code A-Z
   *     a-z 0-9 . _ -}
   * @param bytes as many as the encryption needs; copied
   * @throws IllegalArgumentException if the name is none, there are fewer or more bytes, or all
   *     bytes are equal, which is no key but a mistake
   */
  public ContentKey(String kid, ContentEncryption encryption, State state, byte[] bytes) {
    this(kid, encryption, state, bytes, null);
  }

  private ContentKey(
      String kid,
      ContentEncryption encryption,
      State state,
      byte[] bytes,
      @Nullable Instant madeAt) {
    if (!isKid(kid)) {
      throw new IllegalArgumentException(KID_RULE);
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
    this.madeAt = madeAt;
    if (allEqual(this.bytes)) {
      throw new IllegalArgumentException(
          "key '%s' is weak: all of its bytes are equal".formatted(kid));
    }
  }

  /** A new key, of which nobody says yet when it was made. */
  public static ContentKey random(
      String kid, ContentEncryption encryption, State state, SecureRandom random) {
    byte[] bytes = new byte[encryption.keyLength()];
    random.nextBytes(bytes);
    return new ContentKey(kid, encryption, state, bytes);
  }

  /** Its name, which is no secret. */
  public String kid() {
    return kid;
  }

  /** What it is for. */
  public ContentEncryption encryption() {
    return encryption;
  }

  /** Where it is in its life. */
  public State state() {
    return state;
  }

  /** The same key at another place in its life. */
  public ContentKey in(State other) {
    return new ContentKey(kid, encryption, other, bytes, madeAt);
  }

  /** When it was made, to the second; null if that is not known. */
  public @Nullable Instant madeAt() {
    return madeAt;
  }

  /**
   * The same key, made at this time.
   *
   * @param time from 1970 to the year 9999; rounded down to the second
   * @throws IllegalArgumentException if it is another time
   */
  public ContentKey madeAt(Instant time) {
    if (time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)) {
      throw new IllegalArgumentException("key '%s' was made at no time".formatted(kid));
    }
    return new ContentKey(kid, encryption, state, bytes, time.truncatedTo(ChronoUnit.SECONDS));
  }

  /**
   * What tells the key from all others and may be shown: its JWK Thumbprint (RFC 7638) with
   * SHA-256, 43 characters of base64url. Nothing follows from it: a key is random (RFC 7638, 7).
   */
  public String thumbprint() {
    String jwk = "{\"k\":\"" + Base64Url.encode(bytes) + "\",\"kty\":\"oct\"}";
    try {
      return Base64Url.encode(
          MessageDigest.getInstance("SHA-256").digest(jwk.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The secret, a new array for each call. */
  byte[] bytes() {
    return bytes.clone();
  }

  boolean hasBytesOf(ContentKey other) {
    return MessageDigest.isEqual(bytes, other.bytes);
  }

  /** Shows the name, the state and the encryption, not the secret. */
  @Override
  public String toString() {
    return kid + " " + state + " " + encryption;
  }

  /** The name goes into the header of tokens as it is, so nothing in it may need escaping. */
  static boolean isKid(String text) {
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
