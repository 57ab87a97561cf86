package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.Insertion.Outcome.GROUP_FULL;
import static org.tokenfilter.store.Insertion.Outcome.INSERTED;
import static org.tokenfilter.store.Limit.Policy.EVICT_OLDEST;
import static org.tokenfilter.store.tck.Scene.IDLE;
import static org.tokenfilter.store.tck.Scene.ids;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenRecord;

/** S1: evictions from a full group. */
interface EvictionClauses extends StoreUnderTest {

  @Test
  default void s01_oldestMakesRoomAndIsNamed() {
    Scene scene = new Scene(this);
    TokenRecord second = scene.insert(since(scene, 2));
    TokenRecord first = scene.insert(since(scene, 1));
    TokenRecord third = scene.insert(since(scene, 3));
    TokenRecord fourth = since(scene, 4).build();

    Insertion insertion = store().insert(fourth, new Limit(3, EVICT_OLDEST), scene.now());

    assertThat(insertion).isEqualTo(new Insertion(INSERTED, ids(first)));
    assertThat(scene.find(first)).isEqualTo(first.ended(evicted(scene)));
    scene.assertUnchanged(second, third, fourth);
  }

  @Test
  default void s01_asManyMakeRoomAsItTakes() {
    Scene scene = new Scene(this);
    List<TokenRecord> old =
        Stream.of(1, 2, 3, 4).map(number -> scene.insert(since(scene, number))).toList();
    TokenRecord fifth = since(scene, 5).build();

    Insertion insertion = store().insert(fifth, new Limit(2, EVICT_OLDEST), scene.now());

    assertThat(insertion.evicted()).containsExactlyInAnyOrderElementsOf(ids(old.subList(0, 3)));
    assertThat(scene.live()).containsExactly(fifth, old.get(3));
  }

  @Test
  default void s01_ofTwoThatAreEquallyOldTheLowerIdMakesRoom() {
    Scene scene = new Scene(this);
    List<TokenRecord> old =
        Stream.of(1, 1, 1, 1, 1, 1)
            .map(number -> scene.insert(since(scene, number)))
            .sorted((one, other) -> Position.of(one).compareTo(Position.of(other)))
            .toList();

    Insertion insertion =
        store().insert(since(scene, 2).build(), new Limit(4, EVICT_OLDEST), scene.now());

    assertThat(insertion.evicted()).containsExactlyInAnyOrderElementsOf(ids(old.subList(0, 3)));
  }

  @Test
  default void s01_whatHasDiedMakesNoRoomAndNeedsNone() {
    Scene scene = new Scene(this);
    TokenRecord expired = scene.insert(scene.sliding().group(scene.group));
    scene.pass(IDLE);
    TokenRecord live = scene.insert(scene.lasting().group(scene.group));
    TokenRecord next = scene.lasting().group(scene.group).build();

    assertThat(store().insert(next, new Limit(2, EVICT_OLDEST), scene.now()))
        .isEqualTo(Insertion.of(INSERTED));
    scene.assertUnchanged(expired, live);
  }

  @Test
  default void s01_parentNeverMakesRoomForItsChild() {
    Scene scene = new Scene(this);
    TokenRecord parent = scene.insert(since(scene, 1));
    TokenRecord other = scene.insert(since(scene, 2));
    TokenRecord child = since(scene, 3).parent(parent.id()).build();

    assertThat(store().insert(child, new Limit(1, EVICT_OLDEST), scene.now()))
        .isEqualTo(Insertion.of(GROUP_FULL));
    scene.assertUnchanged(parent, other);
    assertThat(store().insert(child, new Limit(2, EVICT_OLDEST), scene.now()))
        .isEqualTo(new Insertion(INSERTED, ids(other)));
    scene.assertUnchanged(parent, child);
  }

  private static TokenRecord.Builder since(Scene scene, int seconds) {
    Instant issuedAt = scene.now().plusSeconds(seconds);
    return scene.lastingSince(issuedAt).group(scene.group);
  }

  private static Ending evicted(Scene scene) {
    return Ending.of(Reason.EVICTED, scene.now());
  }
}
