package org.tokenfilter.service;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ClientAddress;

/**
 * The part of the client's address that a session token is bound to. A change of the setting
 * applies to tokens that are issued afterwards.
 */
public enum Binding {
  /** No binding. Any client that has both the token and its session id may use them. */
  OFF,
  /** The client's address. */
  ADDRESS,
  /** The client's network: {@code /24} of IPv4, {@code /64} of IPv6. */
  PREFIX,
  /**
   * The client's network, while the client uses the same version of IP as at its login. A request
   * from an address of the other version is not checked.
   */
  DUAL_STACK;

  /** Returns the value that a record of this client is bound to; null for no binding. */
  @Nullable String valueFor(ClientAddress client) {
    return switch (this) {
      case OFF -> null;
      case ADDRESS -> client.toString();
      case PREFIX -> client.prefix();
      case DUAL_STACK -> client.dualStackPrefix();
    };
  }
}
