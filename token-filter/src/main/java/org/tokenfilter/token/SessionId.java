package org.tokenfilter.token;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import org.tokenfilter.store.TokenId;

/**
 * The secret that accompanies a session token: 32 random bytes, as 43 characters of base64url. The
 * record is found by its SHA-256 digest, so a store never holds one.
 */
public final class SessionId {

  private static final int LENGTH = 32;
  private static final int TEXT_LENGTH = 43;

  private final String value;
  private final TokenId tokenId;

  private SessionId(String value, byte[] bytes) {
    this.value = value;
    this.tokenId = TokenId.of(sha256(bytes));
  }

  /** A new one. */
  public static SessionId random(SecureRandom random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return new SessionId(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), bytes);
  }

  /**
   * The session id that a client sent. One id has one text: any other spelling is refused.
   *
   * @throws IllegalArgumentException if the text is not 43 characters of canonical base64url; the
   *     message does not hold it
   */
  public static SessionId parse(String text) {
    if (text.length() == TEXT_LENGTH) {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(text)) {
        return new SessionId(text, bytes);
      }
    }
    throw new IllegalArgumentException("a session id has 43 characters of canonical base64url");
  }

  /** The text that the client keeps. Secret: for the answer to its owner alone. */
  public String value() {
    return value;
  }

  /** The id of the session's record: the digest, which is no secret. */
  public TokenId tokenId() {
    return tokenId;
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
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
