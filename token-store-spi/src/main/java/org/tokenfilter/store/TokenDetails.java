package org.tokenfilter.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of a record that {@link TokenStore#amend} replaces as a whole. Everything else of a
 * record stays as it was issued, but for the times that {@link TokenStore#renew} moves.
 *
 * <p>{@code authenticatedAt} is truncated to the millisecond. Lengths in characters are in UTF-16
 * code units. Immutable.
 *
 * @param version the version of these details: 0 for those of a login, and 64 bits drawn by the
 *     caller for amended ones. Versions are compared for equality only and have no order, since a
 *     counter would repeat itself after a fail-over of the database
 * @param roles the subject's roles, in alphabetical order; at most 32 KiB of UTF-8 in all
 * @param attributes the application's attributes of the login; at most 8 KiB of UTF-8 in all
 * @param confirmation the key that the sender must prove to hold; null if there is none
 * @param authenticatedAt the time at which the user last proved an identity; null if unknown
 * @param acr the authentication context class that was reached then, as in OpenID Connect; at most
 *     255 characters; null if unknown
 * @param origin the login at an identity provider; null if there was none
 * @param label a name for the user's list of sessions, such as "my phone"; at most 64 characters;
 *     null if there is none
 * @param data the application's session data; at most 8 KiB of UTF-8 in all. Names that begin with
 *     a dot are the library's
 */
public record TokenDetails(
    long version,
    Set<String> roles,
    Map<String, String> attributes,
    @Nullable Confirmation confirmation,
    @Nullable Instant authenticatedAt,
    @Nullable String acr,
    @Nullable Origin origin,
    @Nullable String label,
    Map<String, String> data) {

  /** The details of a login that says nothing. */
  public static final TokenDetails NONE =
      new TokenDetails(0, Set.of(), Map.of(), null, null, null, null, null, Map.of());

  /** The maximum total size of the roles, in bytes of UTF-8. */
  public static final int MAX_ROLE_BYTES = 32768;

  /** The maximum total size of the attributes' names and values, in bytes of UTF-8. */
  public static final int MAX_ATTRIBUTE_BYTES = 8192;

  /** The maximum length of an authentication context class, in UTF-16 code units. */
  public static final int MAX_ACR_LENGTH = 255;

  /** The maximum length of a label, in UTF-16 code units. */
  public static final int MAX_LABEL_LENGTH = 64;

  /** The maximum total size of the data's names and values, in bytes of UTF-8. */
  public static final int MAX_DATA_BYTES = 8192;

  /**
   * Validates the values, copies the collections and truncates the time.
   *
   * @throws IllegalArgumentException if a value violates the constraints of its component
   */
  public TokenDetails {
    roles = RoleSet.of(roles);
    attributes = AttributeMap.of("attributes", attributes, MAX_ATTRIBUTE_BYTES);
    authenticatedAt =
        authenticatedAt == null ? null : authenticatedAt.truncatedTo(ChronoUnit.MILLIS);
    RecordText.requireOrNull("acr", acr, MAX_ACR_LENGTH);
    RecordText.requireOrNull("label", label, MAX_LABEL_LENGTH);
    data = AttributeMap.of("data", data, MAX_DATA_BYTES);
  }

  /**
   * Returns a builder of details that differ from these.
   *
   * @param newVersion the new version, which must not be 0
   * @throws IllegalArgumentException if the version is 0
   */
  public Builder amended(long newVersion) {
    if (newVersion == 0) {
      throw new IllegalArgumentException("the version of amended details must not be 0");
    }
    return new Builder(this, newVersion);
  }

  /** Returns a builder that holds these values, version included. */
  public Builder toBuilder() {
    return new Builder(this, version);
  }

  /**
   * Compares all components. The method that Java 17 generates for a record keeps the class loader
   * of a stopped application in memory.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof TokenDetails that
            && version == that.version
            && roles.equals(that.roles)
            && attributes.equals(that.attributes)
            && Objects.equals(confirmation, that.confirmation)
            && Objects.equals(authenticatedAt, that.authenticatedAt)
            && Objects.equals(acr, that.acr)
            && Objects.equals(origin, that.origin)
            && Objects.equals(label, that.label)
            && data.equals(that.data));
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        version, roles, attributes, confirmation, authenticatedAt, acr, origin, label, data);
  }

  /** A builder of {@link TokenDetails}; {@link #build()} validates them. Not thread-safe. */
  public static final class Builder {

    private final long version;
    private Set<String> roles;
    private Map<String, String> attributes;
    private @Nullable Confirmation confirmation;
    private @Nullable Instant authenticatedAt;
    private @Nullable String acr;
    private @Nullable Origin origin;
    private @Nullable String label;
    private Map<String, String> data;

    private Builder(TokenDetails details, long version) {
      this.version = version;
      roles = details.roles;
      attributes = details.attributes;
      confirmation = details.confirmation;
      authenticatedAt = details.authenticatedAt;
      acr = details.acr;
      origin = details.origin;
      label = details.label;
      data = details.data;
    }

    /** Sets the subject's roles. */
    public Builder roles(Set<String> value) {
      roles = value;
      return this;
    }

    /** Sets the application's attributes of the login. */
    public Builder attributes(Map<String, String> value) {
      attributes = value;
      return this;
    }

    /** Sets the key that the sender must prove to hold; null for none. */
    public Builder confirmation(@Nullable Confirmation value) {
      confirmation = value;
      return this;
    }

    /** Sets the time and the context class of the last authentication; null if unknown. */
    public Builder authenticated(@Nullable Instant at, @Nullable String contextClass) {
      authenticatedAt = at;
      acr = contextClass;
      return this;
    }

    /** Sets the login at an identity provider; null for none. */
    public Builder origin(@Nullable Origin value) {
      origin = value;
      return this;
    }

    /** Sets the name for the user's list of sessions; null for none. */
    public Builder label(@Nullable String value) {
      label = value;
      return this;
    }

    /** Sets the application's session data. */
    public Builder data(Map<String, String> value) {
      data = value;
      return this;
    }

    /**
     * Builds the details.
     *
     * @throws IllegalArgumentException if a value violates the constraints of its component
     */
    public TokenDetails build() {
      return new TokenDetails(
          version, roles, attributes, confirmation, authenticatedAt, acr, origin, label, data);
    }
  }
}
