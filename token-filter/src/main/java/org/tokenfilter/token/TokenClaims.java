package org.tokenfilter.token;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/**
 * What a token says about itself. Everything else is in the record.
 *
 * @param id claim {@code jti} (RFC 7519, 4.1.7): the record
 * @param kind claim {@code k}: {@code s}, {@code o} or {@code u}
 * @param audience claim {@code aud}: the application that it is for
 * @param issuedAt claim {@code iat}, in whole seconds
 * @param expiresAt claim {@code exp}, in whole seconds; null exactly where the record never expires
 */
public record TokenClaims(
    TokenId id, TokenKind kind, String audience, Instant issuedAt, @Nullable Instant expiresAt) {

  /** Rounds the times down to whole seconds. */
  public TokenClaims {
    issuedAt = issuedAt.truncatedTo(ChronoUnit.SECONDS);
    expiresAt = expiresAt == null ? null : expiresAt.truncatedTo(ChronoUnit.SECONDS);
  }

  /** Whether a token of this record says so, for whatever audience. */
  public boolean isOf(TokenRecord record) {
    return id.equals(record.id())
        && kind == record.kind()
        && issuedAt.getEpochSecond() == record.issuedAt().getEpochSecond()
        && isSecondOf(record.expiresAt());
  }

  private boolean isSecondOf(@Nullable Instant time) {
    if (expiresAt == null || time == null) {
      return expiresAt == null && time == null;
    }
    return expiresAt.getEpochSecond() == time.getEpochSecond();
  }

  /** What a token of this record says. */
  public static TokenClaims of(TokenRecord record, String audience) {
    return new TokenClaims(
        record.id(), record.kind(), audience, record.issuedAt(), record.expiresAt());
  }
}
