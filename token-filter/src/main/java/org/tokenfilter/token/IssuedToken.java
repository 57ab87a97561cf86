package org.tokenfilter.token;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenRecord;

/**
 * A token for its new owner. Both its text and its session id are secrets.
 *
 * @param value the token, a compact JWE (RFC 7516)
 * @param sessionId the session id, which must accompany a session token; null for other kinds
 * @param record the record that the store keeps of the token
 */
public record IssuedToken(String value, @Nullable SessionId sessionId, TokenRecord record) {

  /** Returns a text with the id of the record, without the secrets. */
  @Override
  public String toString() {
    return "IssuedToken[kind=" + record.kind() + ", handle=" + record.id() + "]";
  }
}
