package org.tokenfilter.store;

/**
 * An id that an identity provider issued. Compared by all of its characters. Immutable.
 *
 * @param issuer the issuer: the {@code iss} of OpenID Connect, 1 to 255 characters
 * @param value the id at this issuer, such as {@code sid} or {@code sub}: 1 to 255 characters
 */
public record ExternalId(String issuer, String value) {

  /** The maximum length of each part, in UTF-16 code units. */
  public static final int MAX_LENGTH = 255;

  /**
   * Validates the parts.
   *
   * @throws IllegalArgumentException if a part is empty, too long or no valid text
   */
  public ExternalId {
    requirePart("issuer", issuer);
    requirePart("external id", value);
  }

  private static void requirePart(String what, String text) {
    RecordText.requireOrNull(what, text, MAX_LENGTH);
    if (text.isEmpty()) {
      throw new IllegalArgumentException(what + " must not be empty");
    }
  }
}
