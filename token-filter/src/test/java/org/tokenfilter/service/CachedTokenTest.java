package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.policy.TokenPolicy.Binding;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/** The compact form of a cached token, which holds the whole record in half the space. */
final class CachedTokenTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final Duration IDLE = Duration.ofMinutes(30);
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final TokenId ID = TokenId.of(new byte[TokenId.LENGTH]);

  @ParameterizedTest
  @EnumSource
  void restoresTheRecordForEachBinding(Binding binding) {
    TokenRecord record = record(binding.valueFor(ServiceFixture.CLIENT), null);

    assertThat(cached(record).toRecord()).isEqualTo(record);
  }

  @Test
  void isNotLiveAtItsDeadline() {
    CachedToken idle = cached(record(null, null));
    CachedToken limited = cached(record(null, NOW.plus(MILLI)));

    assertThat(idle.liveAt(NOW.plus(IDLE).minus(MILLI))).isTrue();
    assertThat(idle.liveAt(NOW.plus(IDLE))).isFalse();
    assertThat(limited.liveAt(NOW)).isTrue();
    assertThat(limited.liveAt(NOW.plus(MILLI))).isFalse();
  }

  /** Two reads run at once, and the older result arrives last. */
  @Test
  void olderReadDoesNotMoveADeadlineBack() {
    TokenCache cache = new TokenCache();
    TokenRecord older = record(null, null);
    TokenRecord younger =
        older.renewed(new Renewal(ID, NOW.plusSeconds(60), NOW.plusSeconds(60).plus(IDLE)));
    TokenCache.LoadTicket first = cache.beginLoad(ID);
    cache.put(cache.beginLoad(ID), younger);

    cache.put(first, older);

    assertThat(cache.get(ID, NOW.plus(IDLE)))
        .isNotNull()
        .satisfies(token -> assertThat(token.toRecord()).isEqualTo(younger));
  }

  private static CachedToken cached(TokenRecord record) {
    return new CachedToken(record, record.details());
  }

  private static TokenRecord record(@Nullable String binding, @Nullable Instant expiresAt) {
    return TokenRecord.builder(ID, TokenKind.SESSION, "alice", NOW)
        .roles(Set.of("user"))
        .attributes(Map.of("a", "b"))
        .group("g")
        .client(ServiceFixture.CLIENT.toString())
        .binding(binding)
        .idleTimeout(IDLE)
        .expiresAt(expiresAt)
        .build();
  }
}
