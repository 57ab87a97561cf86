package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tokenfilter.store.tck.Scene.IDLE;
import static org.tokenfilter.store.tck.Scene.LONG_AGO;
import static org.tokenfilter.store.tck.Scene.PLENTY;
import static org.tokenfilter.store.tck.Scene.WINDOW;
import static org.tokenfilter.store.tck.Scene.ids;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Ends;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenRecord;

/** S12 and S17: the feed of revocations. */
interface EndFeedClauses extends StoreUnderTest {

  @Test
  default void s12_everyKindOfEndIsToldOnEveryNode() {
    Scene scene = new Scene(this);
    TokenRecord closed = scene.insert(scene.lasting());
    TokenRecord child = scene.insert(scene.lasting().parent(closed.id()));
    TokenRecord evicted = scene.insert(scene.lasting().group(scene.group));
    TokenRecord replaced = scene.lasting().group(scene.group).build();
    TokenRecord all = scene.insert(scene.lasting());
    TokenRecord expired = scene.insert(new Scene(this).sliding());
    TokenRecord orphan = scene.insert(new Scene(this).lasting().parent(expired.id()));
    TokenRecord live = scene.insert(new Scene(this).lasting());
    Instant late = scene.now().plus(IDLE).plusSeconds(60);

    store().end(closed.id(), scene.closed());
    store().insert(replaced, new Limit(1, Limit.Policy.EVICT_OLDEST), scene.now());
    store().replace(replaced.id(), scene.lasting().group(scene.group).build(), scene.now());
    store().endAll(new Selection(scene.subject, Set.of()), scene.closed(), 9);
    scene.sweep(late, LONG_AGO);

    assertThat(otherNode().endedWithin(WINDOW, PLENTY).ids())
        .containsAll(ids(closed, child, evicted, replaced, all, orphan))
        .doesNotContain(live.id());
  }

  @Test
  default void s12_endsAreToldWhateverTheCallersClockSays() {
    Scene scene = new Scene(this);
    Instant now = scene.now();
    List<Duration> offsets =
        List.of(Duration.ofMinutes(-10), Duration.ZERO, Duration.ofMinutes(10), Duration.ofDays(1));
    List<TokenRecord> records =
        offsets.stream().map(offset -> scene.insert(scene.lasting())).toList();
    for (int number = 0; number < records.size(); number++) {
      Instant at = now.plus(offsets.get(number));
      store().end(records.get(number).id(), Ending.of(Reason.CLOSED, at));
    }
    scene.pass(Duration.ofSeconds(30));

    assertThat(store().endedWithin(WINDOW, PLENTY).ids()).containsAll(ids(records));
  }

  @Test
  default void s12_endIsToldAlsoAfterItsRecordIsDeleted() {
    Scene scene = new Scene(this);
    TokenRecord record = scene.close(scene.insert(scene.sliding()));
    Instant late = scene.now().plus(IDLE).plusSeconds(60);
    scene.sweep(late, late);
    scene.assertUnknown(record);

    assertThat(store().endedWithin(WINDOW, PLENTY).ids()).contains(record.id());
  }

  @Test
  default void s12_moreEndsThanTheLimitAreSaidToBeIncomplete() {
    Scene scene = new Scene(this);
    for (int number = 0; number < 5; number++) {
      scene.close(scene.insert(scene.lasting()));
    }

    Ends some = store().endedWithin(WINDOW, 4);
    assertThat(some.complete()).isFalse();
    assertThat(some.ids()).hasSizeLessThanOrEqualTo(4);
    Ends all = store().endedWithin(WINDOW, PLENTY);
    assertThat(all.complete()).isTrue();
    assertThat(all.ids()).hasSizeGreaterThanOrEqualTo(5);
  }

  /**
   * An answer that a record is revoked already acknowledges that revocation, even if its own commit
   * was delayed.
   */
  @Test
  default void s12_endWhoseCommitWasHeldBackIsToldOnceItIsAcknowledged() throws Exception {
    Optional<HeldBack> given = heldBack();
    assumeTrue(given.isPresent(), "the store under test cannot pause commits");
    HeldBack held = given.orElseThrow();
    Scene scene = new Scene(this);
    Scene everything = new Scene(this);
    Selection all = new Selection(everything.subject, Set.of());
    TokenRecord closed = scene.insert(scene.lasting());
    TokenRecord child = scene.insert(new Scene(this).lasting().parent(closed.id()));
    TokenRecord replaced = scene.insert(scene.lasting());
    TokenRecord one = everything.insert(everything.lasting());
    TokenRecord other = everything.insert(everything.sliding());
    TokenRecord successor = scene.lasting().build();
    ExecutorService callers = Executors.newCachedThreadPool();
    try {
      callers.execute(() -> held.store().end(closed.id(), scene.closed()));
      callers.execute(() -> held.store().replace(replaced.id(), successor, scene.now()));
      callers.execute(() -> held.store().endAll(all, scene.closed(), 9));
      held.awaitHeld(3);
      TokenRecord marker = scene.close(scene.insert(scene.lasting()));
      while (held.store().endedWithin(Duration.ZERO, PLENTY).ids().contains(marker.id())) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      held.release();
      // Wait until the other store sees the commits, since the callers' answers are unspecified.
      while (List.of(closed, replaced, one).stream()
          .anyMatch(record -> store().find(record.id()).orElseThrow().ending() == null)) {
        TimeUnit.MILLISECONDS.sleep(10);
      }

      assertThat(store().end(closed.id(), scene.closed())).isEmpty();
      assertThat(store().replace(replaced.id(), scene.lasting().build(), scene.now())).isFalse();
      assertThat(store().endAll(all, scene.closed(), 9)).isEmpty();
      assertThat(held.store().endedWithin(Duration.ZERO, PLENTY).ids())
          .containsAll(ids(closed, child, replaced, one, other))
          .doesNotContain(marker.id());
    } finally {
      held.release();
      callers.shutdown();
      assertThat(callers.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
      held.store().close();
    }
  }

  @Test
  default void s17_watchingCanBeStopped() throws Exception {
    Scene scene = new Scene(this);
    AutoCloseable watching = store().watch(ended -> {});
    TokenRecord record = scene.insert(scene.lasting());

    scene.close(record);
    watching.close();
    assertThatNoException().isThrownBy(() -> scene.close(scene.insert(scene.lasting())));
  }
}
