package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;

final class EndedTokensTest {

  private static final long PLENTY = 1L << 30;

  private static TokenId id(int number) {
    return TokenId.of(ByteBuffer.allocate(TokenId.LENGTH).putInt(number).array());
  }

  @Test
  void remembersTheFirstReason() {
    EndedTokens ended = new EndedTokens(PLENTY);
    assertThat(ended.contains(id(1))).isFalse();

    assertThat(ended.add(id(1), RevocationReason.EVICTED)).isTrue();
    assertThat(ended.add(id(1), RevocationReason.CLOSED)).isFalse();

    assertThat(ended.reason(id(1))).isEqualTo(RevocationReason.EVICTED);
    assertThat(ended.reason(id(2))).isNull();
  }

  @Test
  void forgetsTheOldestOfMoreThanAMillion() {
    EndedTokens ended = new EndedTokens(PLENTY);
    int number = 0;
    for (; number <= EndedTokens.MAX_TOKENS; number++) {
      ended.add(id(number), RevocationReason.CLOSED);
    }

    assertThat(ended.size()).isBetween(EndedTokens.MAX_TOKENS / 2, EndedTokens.MAX_TOKENS);
    assertThat(ended.bytes()).isLessThan(24_000_000);
    assertThat(ended.contains(id(0))).isFalse();
    assertThat(ended.contains(id(number - 1))).isTrue();
    assertThat(ended.contains(id(number - EndedTokens.MAX_TOKENS / 2))).isTrue();
  }

  @Test
  void smallBudgetIsKept() {
    EndedTokens ended = new EndedTokens(100_000);
    for (int number = 0; number < 50_000; number++) {
      ended.add(id(number), RevocationReason.CLOSED);
    }

    assertThat(ended.bytes()).isLessThanOrEqualTo(100_000);
    assertThat(ended.size()).isGreaterThan(2_000);
  }
}
