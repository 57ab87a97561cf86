package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.policy.CachePolicy;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.SettableClock;

/** Invalidation of cached records by calls of the node itself, with reads beside them. */
final class CachingTokenStoreTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final Duration LAG = Duration.ofSeconds(10);
  private static final Duration MAX_WAIT = Duration.ofSeconds(2);
  private static final String GROUP = "g";

  private final SettableClock clock = new SettableClock(NOW);
  private final InMemoryTokenStore memory = new InMemoryTokenStore(clock, Duration.ofHours(1));
  private final FaultyTokenStore store = new FaultyTokenStore(memory);
  private final CachingTokenStore cachingStore = withStore(store);

  private CachingTokenStore withStore(TokenStore below) {
    Freshness freshness = new Freshness(LAG, clock, () -> 0);
    freshness.pollApplied(0, freshness.mark());
    TokenCache cache = new TokenCache();
    RenewalBuffer buffer = new RenewalBuffer(cache, new CachePolicy(LAG, null, MAX_WAIT));
    return new CachingTokenStore(
        below,
        clock,
        freshness,
        cache,
        buffer,
        MAX_WAIT,
        System::nanoTime,
        new TokenStatistics(),
        new RememberedEnds(new EndedTokens(0), clock, new OperatorLog(() -> 0)));
  }

  @Test
  void recordEvictedByAnInsertIsReloadedAtOnce() {
    TokenRecord first = cached(record(1).group(GROUP).build());
    TokenRecord second = record(2).group(GROUP).build();

    cachingStore.insert(second, new Limit(1, Limit.Policy.EVICT_OLDEST), NOW);

    assertThat(reasonOf(first.id())).isEqualTo(RevocationReason.EVICTED);
  }

  @Test
  void revokedParentIsReloadedAtOnce() {
    TokenRecord parent = cached(record(1).build());
    memory.revoke(parent.id(), Revocation.of(RevocationReason.CLOSED, NOW));

    InsertResult insertion =
        cachingStore.insert(record(2).parent(parent.id()).build(), Limit.NONE, NOW);

    assertThat(insertion.outcome()).isEqualTo(InsertResult.Outcome.PARENT_ENDED);
    assertThat(reasonOf(parent.id())).isEqualTo(RevocationReason.CLOSED);
  }

  @Test
  void revokedRecordsAreBoundedWithAllTheirDetails() {
    CachingTokenStore.RevokedTokens revoked = new CachingTokenStore.RevokedTokens();
    TokenDetails large =
        TokenDetails.NONE.toBuilder().data(Map.of("cart", "x".repeat(8_000))).build();
    for (int i = 0; i < 2_000; i++) {
      revoked.put(
          record(i).details(large).build().revoked(Revocation.of(RevocationReason.CLOSED, NOW)),
          NOW);
    }
    assertThat(revoked.size()).isPositive().isLessThan((8 << 20) / 8_000);
  }

  @Test
  void readDuringARevocationWithLostAnswerIsNotCached() {
    TokenRecord record = cached(record(1).build());
    store.before(Call.REVOKE, 1, () -> assertThat(reasonOf(record.id())).isNull());
    store.failAfter(Call.REVOKE, 1);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(
            () -> cachingStore.revoke(record.id(), Revocation.of(RevocationReason.CLOSED, NOW)));

    assertThat(reasonOf(record.id())).isEqualTo(RevocationReason.CLOSED);
  }

  @Test
  void readDuringAReplacementIsNotCached() {
    TokenRecord record = cached(record(1).build());
    store.before(Call.REPLACE, 1, () -> assertThat(reasonOf(record.id())).isNull());

    assertThat(cachingStore.replace(record.id(), 0, record(2).build(), Limit.NONE, NOW)).isTrue();

    assertThat(reasonOf(record.id())).isEqualTo(RevocationReason.REPLACED);
  }

  /** The store has replaced the record, and its answer is in flight. */
  @Test
  void readsTheStoreWhileAReplacementIsInFlight() {
    TokenRecord record = cached(record(1).build());
    store.after(
        Call.REPLACE,
        1,
        () -> assertThat(reasonOf(record.id())).isEqualTo(RevocationReason.REPLACED));

    assertThat(cachingStore.replace(record.id(), 0, record(2).build(), Limit.NONE, NOW)).isTrue();
  }

  @Test
  void sweptRecordIsReloadedAtOnce() {
    TokenRecord record = cached(record(1).expiresAt(NOW.plusSeconds(60)).build());

    assertThat(cachingStore.sweep(0, NOW.plusSeconds(61), NOW.minus(LAG), 10).expired())
        .containsExactly(record.id());

    assertThat(reasonOf(record.id())).isEqualTo(RevocationReason.EXPIRED);
  }

  @Test
  void delegatesUncachedCallsToTheStore() {
    TokenStore below = mock(TokenStore.class);
    Changes changes = new Changes(true, List.of(), "1", false, NOW);
    AutoCloseable watching = () -> {};
    Runnable hint = () -> {};
    when(below.changes(0, "0", 7)).thenReturn(changes);
    when(below.watch(hint)).thenReturn(watching);
    CachingTokenStore nearer = withStore(below);

    assertThat(nearer.changes(0, "0", 7)).isSameAs(changes);
    assertThat(nearer.watch(hint)).isSameAs(watching);
    nearer.close();
    verify(below).close();
  }

  private TokenRecord cached(TokenRecord record) {
    cachingStore.insert(record, Limit.NONE, NOW);
    assertThat(cachingStore.find(record.id())).contains(record);
    int finds = store.callCount(Call.FIND);
    assertThat(cachingStore.find(record.id())).contains(record);
    assertThat(store.callCount(Call.FIND)).isEqualTo(finds);
    return record;
  }

  private @Nullable RevocationReason reasonOf(TokenId id) {
    return cachingStore.find(id).map(TokenRecord::revocation).map(Revocation::reason).orElse(null);
  }

  private static TokenRecord.Builder record(int number) {
    byte[] bytes = ByteBuffer.allocate(TokenId.LENGTH).putInt(number).array();
    return TokenRecord.builder(TokenId.of(bytes), TokenKind.USER, "alice", NOW);
  }
}
