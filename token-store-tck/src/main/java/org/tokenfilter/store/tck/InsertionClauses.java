package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.store.Insertion.Outcome.GROUP_FULL;
import static org.tokenfilter.store.Insertion.Outcome.INSERTED;
import static org.tokenfilter.store.Insertion.Outcome.PARENT_ENDED;
import static org.tokenfilter.store.Limit.Policy.EVICT_OLDEST;
import static org.tokenfilter.store.Limit.Policy.REJECT;
import static org.tokenfilter.store.tck.Scene.IDLE;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenRecord;

/** S1 and S2: accepted and rejected insertions. */
interface InsertionClauses extends StoreUnderTest {

  @Test
  default void s01_recordIsStoredWhileItsGroupHasRoom() {
    Scene scene = new Scene(this);
    Limit two = new Limit(2, REJECT);
    scene.insert(scene.sliding().group(scene.group));
    TokenRecord second = scene.sliding().group(scene.group).build();
    TokenRecord third = scene.sliding().group(scene.group).build();

    assertThat(otherNode().insert(second, two, scene.now())).isEqualTo(Insertion.of(INSERTED));
    assertThat(store().insert(third, two, scene.now())).isEqualTo(Insertion.of(GROUP_FULL));
    assertThat(otherNode().insert(third, two, scene.now())).isEqualTo(Insertion.of(GROUP_FULL));
    scene.assertUnknown(third);
  }

  @Test
  default void s01_otherGroupsAndRecordsWithoutOneDoNotCount() {
    Scene scene = new Scene(this);
    Limit one = new Limit(1, REJECT);
    scene.insert(scene.sliding().group(scene.group));

    for (TokenRecord other :
        List.of(
            scene.sliding().group(scene.group + "2").build(),
            scene.sliding().build(),
            scene.sliding().build())) {
      assertThat(store().insert(other, one, scene.now())).isEqualTo(Insertion.of(INSERTED));
    }
  }

  @Test
  default void s01_onlyWhatIsLiveAtTheTimeGivenCounts() {
    Scene scene = new Scene(this);
    Limit one = new Limit(1, REJECT);
    scene.insert(scene.sliding().group(scene.group));
    TokenRecord second = scene.lasting().group(scene.group).build();
    TokenRecord third = scene.lasting().group(scene.group).build();

    scene.pass(IDLE.minusMillis(1));
    assertThat(store().insert(second, one, scene.now()).outcome()).isEqualTo(GROUP_FULL);
    scene.pass(Duration.ofMillis(1));
    assertThat(store().insert(second, one, scene.now()).outcome()).isEqualTo(INSERTED);
    assertThat(store().insert(third, one, scene.now()).outcome()).isEqualTo(GROUP_FULL);
    scene.close(second);
    assertThat(store().insert(third, one, scene.now()).outcome()).isEqualTo(INSERTED);
  }

  @Test
  default void s01_parentMustBeLiveAtTheTimeGiven() {
    Scene scene = new Scene(this);
    TokenRecord live = scene.insert(scene.lasting());
    TokenRecord expired = scene.insert(scene.sliding());
    scene.pass(IDLE);
    TokenRecord ended = scene.insert(scene.lasting());
    scene.close(ended);
    TokenRecord unknown = scene.lasting().build();

    for (TokenRecord parent : List.of(expired, ended, unknown)) {
      TokenRecord child = scene.sliding().parent(parent.id()).build();
      assertThat(store().insert(child, Limit.NONE, scene.now()))
          .isEqualTo(Insertion.of(PARENT_ENDED));
      scene.assertUnknown(child);
    }
    scene.assertUnchanged(scene.insert(scene.sliding().parent(live.id())));
  }

  @Test
  default void s01_whatCannotBeANewRecordIsRefused() {
    Scene scene = new Scene(this);
    TokenRecord parent = scene.insert(scene.lasting());
    TokenRecord child = scene.insert(scene.sliding().parent(parent.id()));
    TokenRecord grandchild = scene.sliding().parent(child.id()).build();
    TokenRecord ended = scene.sliding().ending(scene.closed()).build();

    for (TokenRecord unfit : List.of(grandchild, ended)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().insert(unfit, Limit.NONE, scene.now()));
      scene.assertUnknown(unfit);
    }
  }

  @Test
  default void s02_secondRecordOfOneIdChangesNothing() {
    Scene scene = new Scene(this);
    TokenRecord oldest = scene.insert(since(scene, 1));
    TokenRecord live = scene.insert(since(scene, 2));
    TokenRecord ended = scene.close(scene.insert(scene.sliding()));

    for (TokenRecord taken : List.of(live, ended)) {
      TokenRecord second =
          scene.lastingWith(taken.id()).group(scene.group).client("another").build();
      assertThatExceptionOfType(DuplicateTokenException.class)
          .isThrownBy(() -> otherNode().insert(second, new Limit(2, EVICT_OLDEST), scene.now()));
    }
    scene.assertUnchanged(oldest, live, ended);
  }

  @Test
  default void s02_idOfAnExpiredRecordIsTaken() {
    Scene scene = new Scene(this);
    TokenRecord expired = scene.insert(scene.sliding());
    scene.pass(IDLE);
    TokenRecord second = scene.lastingWith(expired.id()).build();

    assertThatExceptionOfType(DuplicateTokenException.class)
        .isThrownBy(() -> store().insert(second, Limit.NONE, scene.now()));
    scene.assertUnchanged(expired);
  }

  private static TokenRecord.Builder since(Scene scene, int seconds) {
    Instant issuedAt = scene.now().plusSeconds(seconds);
    return scene.lastingSince(issuedAt).group(scene.group);
  }
}
