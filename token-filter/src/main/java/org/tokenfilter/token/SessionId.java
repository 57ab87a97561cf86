package org.tokenfilter.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import org.tokenfilter.store.TokenId;

/**
 * The secret that accompanies a session token: 32 bytes, of which at least 28 are random, encoded
 * as 43 characters of base64url. A record is found by the SHA-256 digest of the session id, so a
 * store never holds a session id. Immutable.
 */
public final class SessionId {

  private static final int LENGTH = 32;
  private static final int RANDOM_LENGTH = 28;
  private static final int TEXT_LENGTH = 43;
  private static final String CANONICAL_LAST_CHARACTERS = "AEIMQUYcgkosw048";

  private final String value;
  private final TokenId tokenId;

  private SessionId(String value, byte[] bytes) {
    this.value = value;
    this.tokenId = TokenId.of(sha256().digest(bytes));
  }

  /** Creates a random session id that is not marked with an audience. */
  public static SessionId random(SecureRandom random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return new SessionId(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), bytes);
  }

  /**
   * Creates a random session id that is marked with its audience. The first 28 bytes are random;
   * the last four are the first ones of SHA-256 over the other 28 and the audience. A browser sends
   * the session ids of all applications of a host, and the mark lets an application ignore those of
   * the others, even if they share a store.
   */
  public static SessionId random(SecureRandom random, String audience) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    System.arraycopy(
        audienceMark(bytes, audience), 0, bytes, RANDOM_LENGTH, LENGTH - RANDOM_LENGTH);
    return new SessionId(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), bytes);
  }

  /**
   * Returns whether the session id is marked with the given audience. Of the session ids of other
   * audiences, one in four billion is a false positive.
   */
  public boolean isFor(String audience) {
    byte[] bytes = Base64.getUrlDecoder().decode(value);
    byte[] mark = audienceMark(bytes, audience);
    return Arrays.equals(bytes, RANDOM_LENGTH, LENGTH, mark, 0, LENGTH - RANDOM_LENGTH);
  }

  private static byte[] audienceMark(byte[] bytes, String audience) {
    MessageDigest sha256 = sha256();
    sha256.update(bytes, 0, RANDOM_LENGTH);
    return sha256.digest(audience.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Parses a session id that a client sent. Only the canonical text of a session id is accepted.
   *
   * @throws IllegalArgumentException if the text is not 43 characters of canonical base64url; the
   *     message does not contain it
   */
  public static SessionId parse(String text) {
    requireFormat(text);
    return new SessionId(text, Base64.getUrlDecoder().decode(text));
  }

  /** Returns whether {@link #parse} accepts the text. */
  public static boolean isWellFormed(String text) {
    if (!hasFormat(text)) {
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

  /**
   * Checks the length and the last character only. Two bits of the last of 43 characters are
   * unused, and are zero in the canonical form.
   */
  private static boolean hasFormat(String text) {
    return text.length() == TEXT_LENGTH
        && CANONICAL_LAST_CHARACTERS.indexOf(text.charAt(TEXT_LENGTH - 1)) >= 0;
  }

  private static void requireFormat(String text) {
    if (!hasFormat(text)) {
      throw new IllegalArgumentException(
          "session id must have 43 characters of canonical base64url");
    }
  }

  /** Returns the text for the client. It is secret, and only for the response to its owner. */
  public String value() {
    return value;
  }

  /** Returns the id of the session's record: the digest of the session id, which is not secret. */
  public TokenId tokenId() {
    return tokenId;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 must be available in every JDK", e);
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

  /** Returns a text with the id of the record, without the secret. */
  @Override
  public String toString() {
    return "SessionId[handle=" + tokenId + "]";
  }
}
