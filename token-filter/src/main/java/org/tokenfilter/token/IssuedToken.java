package org.tokenfilter.token;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenRecord;

/**
 * A token for its new owner. Both its text and its session id are secrets.
 *
 * @param value the token, a compact JWE (RFC 7516)
 * @param sessionId what must accompany a session token; null for other kinds
 * @param record what the store keeps of it
 */
public record IssuedToken(String value, @Nullable SessionId sessionId, TokenRecord record) {

  /** Shows the handle, not the secrets. */
  @Override
  public String toString() {
    return "IssuedToken[kind=" + record.kind() + ", handle=" + record.id() + "]";
  }
}
