package org.tokenfilter.codec;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/**
 * The claims of a token. All other data is in its record.
 *
 * @param id claim {@code jti} (RFC 7519, 4.1.7): the id of the record
 * @param kind claim {@code k}: {@code s}, {@code o} or {@code u}
 * @param audience claim {@code aud}: the application for which the token was issued
 * @param issuedAt claim {@code iat}, in whole seconds
 * @param expiresAt claim {@code exp}, in whole seconds; null if and only if the record never
 *     expires
 */
public record TokenClaims(
    TokenId id, TokenKind kind, String audience, Instant issuedAt, @Nullable Instant expiresAt) {

  /** Rounds the times down to whole seconds. */
  public TokenClaims {
    issuedAt = issuedAt.truncatedTo(ChronoUnit.SECONDS);
    expiresAt = expiresAt == null ? null : expiresAt.truncatedTo(ChronoUnit.SECONDS);
  }

  /** Returns whether these are the claims of a token of the given record, for any audience. */
  public boolean matches(TokenRecord record) {
    return id.equals(record.id())
        && kind == record.kind()
        && issuedAt.getEpochSecond() == record.issuedAt().getEpochSecond()
        && expiresInSecondOf(record.expiresAt());
  }

  private boolean expiresInSecondOf(@Nullable Instant time) {
    if (expiresAt == null || time == null) {
      return expiresAt == null && time == null;
    }
    return expiresAt.getEpochSecond() == time.getEpochSecond();
  }

  /**
   * Returns whether all claims are equal. It is written out because claims are compared at each
   * start: the implementation that JDK 17 generates for a record retains the type that it compared
   * last, and with it an application that was undeployed.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TokenClaims claims
        && id.equals(claims.id)
        && kind == claims.kind
        && audience.equals(claims.audience)
        && issuedAt.equals(claims.issuedAt)
        && Objects.equals(expiresAt, claims.expiresAt);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  /** Returns the claims of a token of the given record. */
  public static TokenClaims of(TokenRecord record, String audience) {
    return new TokenClaims(
        record.id(), record.kind(), audience, record.issuedAt(), record.expiresAt());
  }
}
