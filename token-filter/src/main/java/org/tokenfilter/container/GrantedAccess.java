package org.tokenfilter.container;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;

/**
 * The access decision of the token filter about a request, kept in a request attribute that no
 * client can set. A logout reads from it the token that the request was granted access with,
 * regardless of the token's transport.
 */
public interface GrantedAccess {

  /** The name of the request attribute. */
  String ATTRIBUTE = "org.tokenfilter.filter.Decision";

  /** Returns the security of the application that decided; other applications decide separately. */
  Object security();

  /** Returns the id of the token that access was granted with; null if access was denied. */
  @Nullable TokenId grantedTokenId();
}
