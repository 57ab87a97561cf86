package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.LARGE_LIMIT;
import static org.tokenfilter.store.tck.StoreFixture.LONG_AGO;
import static org.tokenfilter.store.tck.StoreFixture.WINDOW;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.RecentRevocations;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenRecord;

/** S12 and S17: the feed of revocations. */
interface RevocationFeedClauses extends StoreUnderTest {

  @Test
  default void s12_everyKindOfRevocationIsReportedOnEveryNode() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord closed = fixture.insert(fixture.lasting());
    TokenRecord child = fixture.insert(fixture.lasting().parent(closed.id()));
    TokenRecord evicted = fixture.insert(fixture.lasting().group(fixture.group));
    TokenRecord replaced = fixture.lasting().group(fixture.group).build();
    TokenRecord all = fixture.insert(fixture.lasting());
    TokenRecord expired = fixture.insert(new StoreFixture(this).sliding());
    TokenRecord orphan = fixture.insert(new StoreFixture(this).lasting().parent(expired.id()));
    TokenRecord live = fixture.insert(new StoreFixture(this).lasting());
    Instant late = fixture.now().plus(IDLE).plusSeconds(60);

    store().revoke(closed.id(), fixture.closedNow());
    store().insert(replaced, new Limit(1, Limit.Policy.EVICT_OLDEST), fixture.now());
    store().replace(replaced.id(), fixture.lasting().group(fixture.group).build(), fixture.now());
    store().revokeAll(new Selection(fixture.subject, Set.of()), fixture.closedNow(), 9);
    fixture.sweep(late, LONG_AGO);

    assertThat(otherNode().revokedWithin(WINDOW, LARGE_LIMIT).ids())
        .containsAll(ids(closed, child, evicted, replaced, all, orphan))
        .doesNotContain(live.id());
  }

  @Test
  default void s12_revocationsAreReportedWhateverTheCallersClockSays() {
    StoreFixture fixture = new StoreFixture(this);
    Instant now = fixture.now();
    List<Duration> offsets =
        List.of(Duration.ofMinutes(-10), Duration.ZERO, Duration.ofMinutes(10), Duration.ofDays(1));
    List<TokenRecord> records =
        offsets.stream().map(offset -> fixture.insert(fixture.lasting())).toList();
    for (int number = 0; number < records.size(); number++) {
      Instant at = now.plus(offsets.get(number));
      store().revoke(records.get(number).id(), Revocation.of(RevocationReason.CLOSED, at));
    }
    fixture.advance(Duration.ofSeconds(30));

    assertThat(store().revokedWithin(WINDOW, LARGE_LIMIT).ids()).containsAll(ids(records));
  }

  @Test
  default void s12_revocationIsReportedAfterItsRecordIsDeleted() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.revoke(fixture.insert(fixture.sliding()));
    Instant late = fixture.now().plus(IDLE).plusSeconds(60);
    fixture.sweep(late, late);
    fixture.assertUnknown(record);

    assertThat(store().revokedWithin(WINDOW, LARGE_LIMIT).ids()).contains(record.id());
  }

  @Test
  default void s12_moreRevocationsThanTheLimitAreReportedAsIncomplete() {
    StoreFixture fixture = new StoreFixture(this);
    for (int number = 0; number < 5; number++) {
      fixture.revoke(fixture.insert(fixture.lasting()));
    }

    RecentRevocations some = store().revokedWithin(WINDOW, 4);
    assertThat(some.complete()).isFalse();
    assertThat(some.ids()).hasSizeLessThanOrEqualTo(4);
    RecentRevocations all = store().revokedWithin(WINDOW, LARGE_LIMIT);
    assertThat(all.complete()).isTrue();
    assertThat(all.ids()).hasSizeGreaterThanOrEqualTo(5);
  }

  /**
   * An answer that a record is revoked already acknowledges that revocation, even if its own commit
   * was delayed.
   */
  @Test
  default void s12_revocationWithPausedCommitIsReportedOnceAcknowledged() throws Exception {
    Optional<PausedCommits> given = pausedCommits();
    assumeTrue(given.isPresent(), "the store under test cannot pause commits");
    PausedCommits paused = given.orElseThrow();
    StoreFixture fixture = new StoreFixture(this);
    StoreFixture everything = new StoreFixture(this);
    Selection all = new Selection(everything.subject, Set.of());
    TokenRecord closed = fixture.insert(fixture.lasting());
    TokenRecord child = fixture.insert(new StoreFixture(this).lasting().parent(closed.id()));
    TokenRecord replaced = fixture.insert(fixture.lasting());
    TokenRecord one = everything.insert(everything.lasting());
    TokenRecord other = everything.insert(everything.sliding());
    TokenRecord successor = fixture.lasting().build();
    ExecutorService callers = Executors.newCachedThreadPool();
    try {
      callers.execute(() -> paused.store().revoke(closed.id(), fixture.closedNow()));
      callers.execute(() -> paused.store().replace(replaced.id(), successor, fixture.now()));
      callers.execute(() -> paused.store().revokeAll(all, fixture.closedNow(), 9));
      paused.awaitPaused(3);
      TokenRecord marker = fixture.revoke(fixture.insert(fixture.lasting()));
      while (paused.store().revokedWithin(Duration.ZERO, LARGE_LIMIT).ids().contains(marker.id())) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      paused.release();
      // Wait until the other store sees the commits, since the callers' answers are unspecified.
      while (List.of(closed, replaced, one).stream()
          .anyMatch(record -> store().find(record.id()).orElseThrow().revocation() == null)) {
        TimeUnit.MILLISECONDS.sleep(10);
      }

      assertThat(store().revoke(closed.id(), fixture.closedNow())).isEmpty();
      assertThat(store().replace(replaced.id(), fixture.lasting().build(), fixture.now()))
          .isFalse();
      assertThat(store().revokeAll(all, fixture.closedNow(), 9)).isEmpty();
      assertThat(paused.store().revokedWithin(Duration.ZERO, LARGE_LIMIT).ids())
          .containsAll(ids(closed, child, replaced, one, other))
          .doesNotContain(marker.id());
    } finally {
      paused.release();
      callers.shutdown();
      assertThat(callers.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
      paused.store().close();
    }
  }

  @Test
  default void s17_watchingCanBeStopped() throws Exception {
    StoreFixture fixture = new StoreFixture(this);
    AutoCloseable watching = store().watch(ended -> {});
    TokenRecord record = fixture.insert(fixture.lasting());

    fixture.revoke(record);
    watching.close();
    assertThatNoException().isThrownBy(() -> fixture.revoke(fixture.insert(fixture.lasting())));
  }
}
