package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Ends;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.SettableClock;

/** What a node no longer answers from memory, whatever is read beside a call of its own. */
final class NearTokenStoreTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final Duration LAG = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final String GROUP = "g";

  private final SettableClock clock = new SettableClock(NOW);
  private final InMemoryTokenStore memory = new InMemoryTokenStore(clock, Duration.ofHours(1));
  private final FaultyTokenStore store = new FaultyTokenStore(memory);
  private final NearTokenStore near = near(store);

  private NearTokenStore near(TokenStore below) {
    Freshness freshness = new Freshness(LAG, clock, () -> 0);
    freshness.applied(freshness.mark());
    LiveTokens tokens = new LiveTokens();
    RenewalBuffer uses = new RenewalBuffer(tokens, new Timeliness(LAG, null, PATIENCE));
    return new NearTokenStore(
        below, clock, freshness, tokens, uses, new SharedFinds(PATIENCE), new TokenCounts());
  }

  @Test
  void whatAnInsertEvictsIsReadAgainAtOnce() {
    TokenRecord first = remembered(record(1).group(GROUP).build());
    TokenRecord second = record(2).group(GROUP).build();

    near.insert(second, new Limit(1, Limit.Policy.EVICT_OLDEST), NOW);

    assertThat(reasonOf(first.id())).isEqualTo(Reason.EVICTED);
  }

  @Test
  void aParentThatProvesToHaveEndedIsReadAgainAtOnce() {
    TokenRecord parent = remembered(record(1).build());
    memory.end(parent.id(), Ending.of(Reason.CLOSED, NOW));

    Insertion insertion = near.insert(record(2).parent(parent.id()).build(), Limit.NONE, NOW);

    assertThat(insertion.outcome()).isEqualTo(Insertion.Outcome.PARENT_ENDED);
    assertThat(reasonOf(parent.id())).isEqualTo(Reason.CLOSED);
  }

  @Test
  void whatIsReadBesideAnEndWhoseAnswerIsLostIsNotRemembered() {
    TokenRecord record = remembered(record(1).build());
    store.before(Call.END, 1, () -> assertThat(reasonOf(record.id())).isNull());
    store.failAfter(Call.END, 1);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> near.end(record.id(), Ending.of(Reason.CLOSED, NOW)));

    assertThat(reasonOf(record.id())).isEqualTo(Reason.CLOSED);
  }

  @Test
  void whatIsReadBesideAReplacementIsNotRemembered() {
    TokenRecord record = remembered(record(1).build());
    store.before(Call.REPLACE, 1, () -> assertThat(reasonOf(record.id())).isNull());

    assertThat(near.replace(record.id(), record(2).build(), NOW)).isTrue();

    assertThat(reasonOf(record.id())).isEqualTo(Reason.REPLACED);
  }

  /** The store has replaced it, and its answer is on its way. */
  @Test
  void whileAReplacementIsOnItsWayTheStoreIsRead() {
    TokenRecord record = remembered(record(1).build());
    store.after(
        Call.REPLACE, 1, () -> assertThat(reasonOf(record.id())).isEqualTo(Reason.REPLACED));

    assertThat(near.replace(record.id(), record(2).build(), NOW)).isTrue();
  }

  @Test
  void whatASweepEndsIsReadAgainAtOnce() {
    TokenRecord record = remembered(record(1).expiresAt(NOW.plusSeconds(60)).build());

    assertThat(near.sweep(NOW.plusSeconds(61), NOW.minus(LAG), 10).expired())
        .containsExactly(record.id());

    assertThat(reasonOf(record.id())).isEqualTo(Reason.EXPIRED);
  }

  @Test
  void whatIsNothingToMemoryIsTheStores() {
    TokenStore below = mock(TokenStore.class);
    Ends ends = new Ends(Set.of(), true, NOW);
    AutoCloseable watching = () -> {};
    Consumer<TokenId> hint = id -> {};
    when(below.endedWithin(LAG, 7)).thenReturn(ends);
    when(below.watch(hint)).thenReturn(watching);
    NearTokenStore nearer = near(below);

    assertThat(nearer.endedWithin(LAG, 7)).isSameAs(ends);
    assertThat(nearer.watch(hint)).isSameAs(watching);
    nearer.close();
    verify(below).close();
  }

  private TokenRecord remembered(TokenRecord record) {
    near.insert(record, Limit.NONE, NOW);
    assertThat(near.find(record.id())).contains(record);
    int finds = store.calls(Call.FIND);
    assertThat(near.find(record.id())).contains(record);
    assertThat(store.calls(Call.FIND)).isEqualTo(finds);
    return record;
  }

  private @Nullable Reason reasonOf(TokenId id) {
    return near.find(id).map(TokenRecord::ending).map(Ending::reason).orElse(null);
  }

  private static TokenRecord.Builder record(int number) {
    byte[] bytes = new byte[TokenId.LENGTH];
    bytes[0] = (byte) number;
    return TokenRecord.builder(TokenId.of(bytes), TokenKind.USER, "alice", NOW);
  }
}
