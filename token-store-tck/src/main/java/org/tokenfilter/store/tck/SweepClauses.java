package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.tck.Scene.IDLE;
import static org.tokenfilter.store.tck.Scene.LONG_AGO;
import static org.tokenfilter.store.tck.Scene.ids;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.Sweep;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/** S13: the records that a sweep revokes, deletes and leaves. */
interface SweepClauses extends StoreUnderTest {

  @Test
  default void s13_whatExpiredBeforeIsEndedAndNamed() {
    Scene scene = new Scene(this);
    Instant deadline = scene.now().plus(IDLE);
    TokenRecord idle = scene.insert(scene.sliding());
    TokenRecord hard = scene.insert(scene.lasting().expiresAt(deadline));
    TokenRecord child = scene.insert(scene.lasting().parent(idle.id()));
    TokenRecord onTime = scene.insert(scene.lasting().expiresAt(deadline.plusMillis(1)));
    TokenRecord lasting = scene.insert(scene.lasting());
    TokenRecord ended = scene.close(scene.insert(scene.sliding()));

    assertThat(scene.sweep(deadline, LONG_AGO)).doesNotContainAnyElementsOf(ids(idle, hard));
    scene.assertUnchanged(idle, hard);
    assertThat(scene.sweep(deadline.plusMillis(1), LONG_AGO))
        .contains(idle.id(), hard.id(), child.id())
        .doesNotContain(onTime.id(), lasting.id(), ended.id());
    assertThat(Stream.of(idle, hard, child).map(scene::find))
        .extracting(Scene::reason)
        .containsOnly(Reason.EXPIRED);
    scene.assertUnchanged(onTime, lasting, ended);
    assertThat(scene.sweep(deadline.plusMillis(1), LONG_AGO))
        .doesNotContain(idle.id(), hard.id(), child.id());
  }

  @Test
  default void s13_renewedRecordIsEndedAfterItsNewDeadlineAlone() {
    Scene scene = new Scene(this);
    TokenRecord record = scene.insert(scene.sliding());
    Instant start = scene.now();
    scene.pass(Duration.ofMinutes(20));
    store().renew(List.of(scene.use(record)), scene.now());
    TokenRecord renewed = record.renewed(scene.use(record));
    scene.pass(Duration.ofMinutes(29));

    assertThat(scene.sweep(start.plus(IDLE).plusMillis(1), LONG_AGO)).doesNotContain(record.id());
    assertThat(scene.sweep(scene.now(), LONG_AGO)).doesNotContain(record.id());
    scene.assertUnchanged(renewed);
    scene.pass(Duration.ofMinutes(2));
    assertThat(scene.sweep(scene.now(), LONG_AGO)).contains(record.id());
  }

  @Test
  default void s13_whatWasDeadBeforeIsDeletedAndNothingElse() {
    Scene scene = new Scene(this);
    Instant start = scene.now();
    TokenRecord dead = scene.close(scene.insert(scene.sliding()));
    TokenRecord unused = scene.insert(scene.sliding().expiresAt(start));
    TokenRecord overdue = scene.insert(scene.lasting().expiresAt(start));
    TokenRecord endedLater = endedAt(scene, start.plusMillis(1));
    TokenRecord live = scene.insert(scene.sliding());
    TokenRecord lasting = scene.insert(scene.lasting());
    store().end(overdue.id(), Ending.of(Reason.CLOSED, start.plusSeconds(60)));
    TokenRecord overdueEnded = scene.find(overdue);

    scene.sweep(start.plusMillis(1), start);
    assertThat(scene.find(unused).liveAt(LONG_AGO)).isFalse();
    scene.assertUnchanged(dead, overdueEnded, endedLater, live, lasting);

    scene.sweep(start.plusMillis(1), start.plusMillis(1));
    Stream.of(dead, unused).forEach(scene::assertUnknown);
    scene.assertUnchanged(endedLater, live, lasting);

    // A store that schedules a revoked record by its revocation now visits the overdue one.
    scene.sweep(start.plusSeconds(61), start.plusSeconds(61));
    Stream.of(overdueEnded, endedLater).forEach(scene::assertUnknown);
    scene.assertUnchanged(live, lasting);
  }

  @Test
  default void s13_recordThatExpiredLongAgoIsEndedAndDeleted() {
    Scene scene = new Scene(this);
    TokenRecord record = scene.insert(scene.sliding());
    Instant late = scene.now().plus(IDLE).plusSeconds(60);

    assertThat(scene.sweep(late, late)).contains(record.id());
    scene.assertUnknown(record);
  }

  @Test
  default void s13_eachCallLooksAtABoundedNumberAndSaysWhetherMoreWaits() {
    Scene scene = new Scene(this);
    Instant late = scene.now().plus(IDLE).plusSeconds(60);
    scene.sweep(late, late);
    Set<TokenId> due = new HashSet<>();
    for (int number = 0; number < 7; number++) {
      due.add(scene.insert(scene.sliding()).id());
    }

    assertThat(look(late, due).more()).isTrue();
    for (int call = 0; call < 100 && !due.isEmpty(); call++) {
      look(late, due);
    }
    assertThat(due).isEmpty();
    scene.sweep(late, late);
    assertThat(scene.live()).isEmpty();
    assertThat(store().sweep(late, late, 3)).isEqualTo(new Sweep(List.of(), 0, false));
  }

  private Sweep look(Instant late, Set<TokenId> due) {
    Sweep sweep = store().sweep(late, late, 3);
    assertThat(sweep.expired().size()).isLessThanOrEqualTo(3);
    assertThat(sweep.deleted()).isBetween(0, 3);
    due.removeAll(sweep.expired());
    return sweep;
  }

  private TokenRecord endedAt(Scene scene, Instant time) {
    TokenRecord record = scene.insert(scene.lasting());
    store().end(record.id(), Ending.of(Reason.CLOSED, time));
    return record.ended(Ending.of(Reason.CLOSED, time));
  }
}
