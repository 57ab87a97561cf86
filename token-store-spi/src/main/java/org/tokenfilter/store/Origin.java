package org.tokenfilter.store;

import org.jspecify.annotations.Nullable;

/**
 * The login at an identity provider from which a token comes. Immutable.
 *
 * @param session the session at the provider ({@code iss} and {@code sid} of OpenID Connect); null
 *     if the provider named none
 * @param account the account at the provider ({@code iss} and {@code sub}); null if unknown
 */
public record Origin(@Nullable ExternalId session, @Nullable ExternalId account) {

  /**
   * Checks that there is a part.
   *
   * @throws IllegalArgumentException if both parts are null; a record without an origin has none
   */
  public Origin {
    if (session == null && account == null) {
      throw new IllegalArgumentException("origin must have a session or an account");
    }
  }
}
