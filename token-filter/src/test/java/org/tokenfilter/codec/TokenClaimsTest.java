package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.TokenRecords;

class TokenClaimsTest {

  private static final Instant SECOND = Instant.parse("2026-03-01T10:00:00Z");

  @Test
  void claimsHaveTheValuesOfTheRecord() {
    TokenRecord record =
        TokenRecords.of(TokenKind.SESSION).expiresAt(TokenRecords.ISSUED.plusMillis(1211)).build();

    TokenClaims claims = TokenClaims.of(record, "/shop");

    assertThat(claims)
        .isEqualTo(
            new TokenClaims(
                record.id(), TokenKind.SESSION, "/shop", SECOND, SECOND.plusSeconds(2)));
  }

  @Test
  void timesAreRoundedDownToSeconds() {
    TokenRecord record =
        TokenRecords.of(TokenKind.OPEN).expiresAt(TokenRecords.ISSUED.plusMillis(210)).build();

    TokenClaims claims = TokenClaims.of(record, "/shop");

    assertThat(claims.issuedAt()).isEqualTo(SECOND);
    assertThat(claims.expiresAt()).isEqualTo(SECOND);
  }

  @Test
  void hasNoExpiryIfTheRecordHasNone() {
    TokenRecord sliding =
        TokenRecords.of(TokenKind.USER).idleTimeout(Duration.ofMinutes(15)).build();

    assertThat(TokenClaims.of(sliding, "/shop").expiresAt()).isNull();
  }

  @Test
  void matchesRecordWithTheSameValues() {
    TokenRecord record = TokenRecords.of(TokenKind.OPEN).expiresAt(SECOND.plusMillis(9876)).build();
    TokenRecord endless = TokenRecords.of(TokenKind.OPEN).build();

    assertThat(TokenClaims.of(record, "/shop").matches(record)).isTrue();
    assertThat(TokenClaims.of(record, "/mail").matches(record)).isTrue();
    assertThat(TokenClaims.of(endless, "/shop").matches(endless)).isTrue();
    assertThat(TokenClaims.of(record, "/shop").matches(endless)).isFalse();
    assertThat(TokenClaims.of(endless, "/shop").matches(record)).isFalse();
  }

  @Test
  void doesNotMatchRecordThatDiffers() {
    TokenRecord record = TokenRecords.of(TokenKind.OPEN).expiresAt(SECOND.plusSeconds(9)).build();
    TokenId other = TokenRecords.of(TokenKind.USER).build().id();
    Instant end = SECOND.plusSeconds(9);

    assertThat(claims(record.id(), TokenKind.OPEN, SECOND, end).matches(record)).isTrue();
    assertThat(claims(other, TokenKind.OPEN, SECOND, end).matches(record)).isFalse();
    assertThat(claims(record.id(), TokenKind.USER, SECOND, end).matches(record)).isFalse();
    assertThat(claims(record.id(), TokenKind.OPEN, SECOND.plusSeconds(1), end).matches(record))
        .isFalse();
    assertThat(claims(record.id(), TokenKind.OPEN, SECOND, end.plusSeconds(1)).matches(record))
        .isFalse();
  }

  @Test
  void containsNoIdleDeadline() {
    TokenRecord.Builder record =
        TokenRecords.of(TokenKind.SESSION).expiresAt(SECOND.plusSeconds(9));
    TokenClaims claims = TokenClaims.of(record.build(), "/shop");

    assertThat(TokenClaims.of(record.idleTimeout(Duration.ofSeconds(5)).build(), "/shop"))
        .isEqualTo(claims);
  }

  private static TokenClaims claims(TokenId id, TokenKind kind, Instant issuedAt, Instant end) {
    return new TokenClaims(id, kind, "/shop", issuedAt, end);
  }
}
