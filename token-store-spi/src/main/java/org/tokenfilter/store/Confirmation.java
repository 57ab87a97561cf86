package org.tokenfilter.store;

/**
 * A key that the sender of a token must prove to hold, as in RFC 7800. Immutable.
 *
 * @param method the kind of key, and with it the way of the proof
 * @param value the key or its thumbprint, in the text form of the method; 1 to 1,024 bytes of UTF-8
 */
public record Confirmation(Method method, String value) {

  /** The maximum size of the value, in bytes of UTF-8. */
  public static final int MAX_VALUE_BYTES = 1024;

  /** A member of the {@code cnf} claim. */
  public enum Method {
    /** {@code jkt}: the SHA-256 thumbprint of the key of a DPoP proof (RFC 9449). */
    JWK_THUMBPRINT,
    /** {@code x5t#S256}: the SHA-256 thumbprint of a client certificate (RFC 8705). */
    CERTIFICATE_THUMBPRINT,
    /** {@code jwk}: the public key of a device (RFC 7800). */
    PUBLIC_KEY
  }

  /**
   * Validates the value.
   *
   * @throws IllegalArgumentException if the value is empty, too large or no valid text
   */
  public Confirmation {
    RecordText.requireValid("confirmation", value);
    int bytes = RecordText.utf8Length(value);
    if (bytes < 1 || bytes > MAX_VALUE_BYTES) {
      throw new IllegalArgumentException(
          "confirmation must have 1 to %d bytes of UTF-8, but has %d"
              .formatted(MAX_VALUE_BYTES, bytes));
    }
  }
}
