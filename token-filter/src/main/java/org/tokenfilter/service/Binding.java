package org.tokenfilter.service;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ClientAddress;

/**
 * What of the client a session token is bound to. Counts for tokens that are issued from then on.
 */
public enum Binding {
  /** Nothing: whoever has both the token and its session id may use them. */
  OFF,
  /** The client's address. */
  ADDRESS,
  /** The client's network: {@code /24} of IPv4, {@code /64} of IPv6. */
  PREFIX,
  /**
   * The client's network, as long as it speaks the same version of IP as at its login: from an
   * address of the other version it is not checked.
   */
  DUAL_STACK;

  /** What a record of this client is bound to. */
  @Nullable String of(ClientAddress client) {
    return switch (this) {
      case OFF -> null;
      case ADDRESS -> client.toString();
      case PREFIX -> client.prefix();
      case DUAL_STACK -> client.prefixOfItsVersion();
    };
  }
}
