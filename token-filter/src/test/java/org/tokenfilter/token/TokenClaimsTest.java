package org.tokenfilter.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

class TokenClaimsTest {

  private static final Instant SECOND = Instant.parse("2026-03-01T10:00:00Z");

  @Test
  void aTokenSaysWhatItsRecordSays() {
    TokenRecord record =
        Records.of(TokenKind.SESSION).expiresAt(Records.ISSUED.plusMillis(1211)).build();

    TokenClaims claims = TokenClaims.of(record, "/shop");

    assertThat(claims)
        .isEqualTo(
            new TokenClaims(
                record.id(), TokenKind.SESSION, "/shop", SECOND, SECOND.plusSeconds(2)));
  }

  @Test
  void timesAreRoundedDownToSeconds() {
    TokenRecord record =
        Records.of(TokenKind.OPEN).expiresAt(Records.ISSUED.plusMillis(210)).build();

    TokenClaims claims = TokenClaims.of(record, "/shop");

    assertThat(claims.issuedAt()).isEqualTo(SECOND);
    assertThat(claims.expiresAt()).isEqualTo(SECOND);
  }

  @Test
  void aTokenHasNoExpiryExactlyWhereItsRecordHasNone() {
    TokenRecord sliding = Records.of(TokenKind.USER).idleTimeout(Duration.ofMinutes(15)).build();

    assertThat(TokenClaims.of(sliding, "/shop").expiresAt()).isNull();
  }

  @Test
  void idleDeadlinesAreInNoToken() {
    TokenRecord.Builder record = Records.of(TokenKind.SESSION).expiresAt(SECOND.plusSeconds(9));
    TokenClaims claims = TokenClaims.of(record.build(), "/shop");

    assertThat(TokenClaims.of(record.idleTimeout(Duration.ofSeconds(5)).build(), "/shop"))
        .isEqualTo(claims);
  }
}
