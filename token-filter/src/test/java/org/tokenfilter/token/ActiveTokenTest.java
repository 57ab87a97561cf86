package org.tokenfilter.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.token.TokenRecords.IDLE;
import static org.tokenfilter.token.TokenRecords.ISSUED;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

class ActiveTokenTest {

  private static final Instant USED = ISSUED.plus(Duration.ofMinutes(20));

  @Test
  void slidingTokenLivesForItsIdleTimeout() {
    TokenRecord record = TokenRecords.of(TokenKind.SESSION).idleTimeout(IDLE).build();

    ActiveToken token = new ActiveToken(record, null, USED);

    assertThat(token.remaining()).isEqualTo(IDLE);
    assertThat(token.deadline()).isEqualTo(USED.plus(IDLE));
  }

  @Test
  void absoluteLimitShortensTheRemainder() {
    TokenRecord record =
        TokenRecords.of(TokenKind.SESSION).idleTimeout(IDLE).expiresAt(USED.plusMillis(1)).build();

    ActiveToken token = new ActiveToken(record, null, USED);

    assertThat(token.remaining()).isEqualTo(Duration.ofMillis(1));
    assertThat(token.deadline()).isEqualTo(USED.plusMillis(1));
  }

  @Test
  void earlierIdleTimeoutCounts() {
    TokenRecord record =
        TokenRecords.of(TokenKind.SESSION)
            .idleTimeout(IDLE)
            .expiresAt(USED.plus(IDLE).plusMillis(1))
            .build();

    assertThat(new ActiveToken(record, null, USED).remaining()).isEqualTo(IDLE);
  }

  @Test
  void useDoesNotExtendFixedLifetime() {
    TokenRecord record =
        TokenRecords.of(TokenKind.OPEN).expiresAt(ISSUED.plus(Duration.ofHours(1))).build();

    assertThat(new ActiveToken(record, null, USED).remaining()).isEqualTo(Duration.ofMinutes(40));
  }

  @Test
  void aTokenThatNeverExpiresHasNoRemainder() {
    ActiveToken token = new ActiveToken(TokenRecords.of(TokenKind.OPEN).build(), null, USED);

    assertThat(token.remaining()).isNull();
    assertThat(token.deadline()).isNull();
  }

  @Test
  void renewsTheSessionOfAUserToken() {
    TokenRecord user = TokenRecords.of(TokenKind.USER).idleTimeout(IDLE).build();
    TokenRecord session =
        TokenRecords.of(TokenKind.SESSION)
            .parent(user.id())
            .idleTimeout(Duration.ofMinutes(5))
            .build();

    assertThat(new ActiveToken(user, null, USED).renewalTarget()).isSameAs(user);
    assertThat(new ActiveToken(user, session, USED).renewalTarget()).isSameAs(session);
    assertThat(new ActiveToken(user, session, USED).remaining()).isEqualTo(Duration.ofMinutes(5));
    assertThat(new ActiveToken(user, null, USED).withSession(session))
        .isEqualTo(new ActiveToken(user, session, USED));
  }

  @Test
  void passiveUseDoesNotExtendTheLifetime() {
    TokenRecord record = TokenRecords.of(TokenKind.SESSION).idleTimeout(IDLE).build();

    ActiveToken token = new ActiveToken(record, null, USED).asPassive();

    assertThat(token.passive()).isTrue();
    assertThat(token.deadline()).isEqualTo(record.deadline());
    assertThat(token.remaining()).isEqualTo(Duration.ofMinutes(10));
    assertThat(token.roles()).isEqualTo(record.roles());
  }
}
