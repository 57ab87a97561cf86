package org.tokenfilter.token;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import org.tokenfilter.store.TokenId;

/**
 * The secret that accompanies a session token: 32 bytes, of which at least 28 are random, as 43
 * characters of base64url. The record is found by its SHA-256 digest, so a store never holds one.
 */
public final class SessionId {

  private static final int LENGTH = 32;
  private static final int RANDOM_LENGTH = 28;
  private static final int TEXT_LENGTH = 43;
  private static final char LAST_ASCII = 0x7f;
  private static final String CANONICAL_ENDS = "AEIMQUYcgkosw048";

  private final String value;
  private final TokenId tokenId;

  private SessionId(String value, byte[] bytes) {
    this.value = value;
    this.tokenId = TokenId.of(sha256().digest(bytes));
  }

  /** A new one. */
  public static SessionId random(SecureRandom random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return new SessionId(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), bytes);
  }

  /**
   * A new one that shows for which audience it was made: its last four bytes are the first ones of
   * SHA-256 over the other 28, which are random, and the audience. So of the session ids that a
   * browser sends to an application of its host, those of its other applications are left alone,
   * also where they share a store.
   */
  public static SessionId random(SecureRandom random, String audience) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    System.arraycopy(mark(bytes, audience), 0, bytes, RANDOM_LENGTH, LENGTH - RANDOM_LENGTH);
    return new SessionId(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), bytes);
  }

  /** Whether it was made for this audience; one of four billion others seems to be. */
  public boolean isFor(String audience) {
    byte[] bytes = Base64.getUrlDecoder().decode(value);
    byte[] mark = mark(bytes, audience);
    return Arrays.equals(bytes, RANDOM_LENGTH, LENGTH, mark, 0, LENGTH - RANDOM_LENGTH);
  }

  private static byte[] mark(byte[] bytes, String audience) {
    MessageDigest sha256 = sha256();
    sha256.update(bytes, 0, RANDOM_LENGTH);
    return sha256.digest(audience.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The session id that a client sent. One id has one text: any other spelling is refused.
   *
   * @throws IllegalArgumentException if the text is not 43 characters of canonical base64url; the
   *     message does not hold it
   */
  public static SessionId parse(String text) {
    requireShape(text);
    return new SessionId(text, Base64.getUrlDecoder().decode(text));
  }

  /** Whether a text is spelled as a session id is: {@link #parse} takes it. */
  public static boolean isPossible(String text) {
    if (!hasShape(text)) {
      return false;
    }
    for (int i = 0; i < TEXT_LENGTH; i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_') {
        return false;
      }
    }
    return true;
  }

  /** Finds records by what clients sent, and is kept for the next one. Not thread-safe. */
  public static final class Finder {

    private final MessageDigest sha256 = sha256();
    private final byte[] text = new byte[TEXT_LENGTH];
    private final byte[] bytes = new byte[LENGTH];

    /** One that has found nothing yet. */
    public Finder() {}

    /**
     * The id of the record of the session id that a client sent.
     *
     * @throws IllegalArgumentException as {@link #parse}; it is as it was made then, too
     */
    public TokenId tokenIdOf(String sent) {
      requireShape(sent);
      for (int i = 0; i < TEXT_LENGTH; i++) {
        char c = sent.charAt(i);
        text[i] = c <= LAST_ASCII ? (byte) c : 0;
      }
      Base64.getUrlDecoder().decode(text, bytes);
      return TokenId.of(digest());
    }

    private byte[] digest() {
      sha256.update(bytes);
      try {
        sha256.digest(bytes, 0, LENGTH);
      } catch (DigestException e) {
        throw new IllegalStateException("a digest of SHA-256 has 32 bytes", e);
      }
      return bytes;
    }
  }

  /** Of the last of 43 characters two bits are left over, which are zero in the one spelling. */
  private static boolean hasShape(String text) {
    return text.length() == TEXT_LENGTH
        && CANONICAL_ENDS.indexOf(text.charAt(TEXT_LENGTH - 1)) >= 0;
  }

  private static void requireShape(String text) {
    if (!hasShape(text)) {
      throw new IllegalArgumentException("a session id has 43 characters of canonical base64url");
    }
  }

  /** The text that the client keeps. Secret: for the answer to its owner alone. */
  public String value() {
    return value;
  }

  /** The id of the session's record: the digest, which is no secret. */
  public TokenId tokenId() {
    return tokenId;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SessionId id && tokenId.equals(id.tokenId);
  }

  @Override
  public int hashCode() {
    return tokenId.hashCode();
  }

  /** Shows the handle, not the secret. */
  @Override
  public String toString() {
    return "SessionId[handle=" + tokenId + "]";
  }
}
