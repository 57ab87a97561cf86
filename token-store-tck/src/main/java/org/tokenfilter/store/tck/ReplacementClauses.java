package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.store.Insertion.Outcome.GROUP_FULL;
import static org.tokenfilter.store.Limit.Policy.REJECT;
import static org.tokenfilter.store.tck.Scene.IDLE;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenRecord;

/** S7: the replacement of a record by a successor. */
interface ReplacementClauses extends StoreUnderTest {

  @Test
  default void s07_successorTakesThePlaceAndIsNamed() {
    Scene scene = new Scene(this);
    TokenRecord old = scene.insert(scene.sliding());
    TokenRecord successor = scene.sliding().build();

    assertThat(store().replace(old.id(), successor, scene.now())).isTrue();
    assertThat(scene.find(old))
        .isEqualTo(old.ended(new Ending(scene.now(), Reason.REPLACED, successor.id())));
    scene.assertUnchanged(successor);
    assertThat(scene.live()).containsExactly(successor);
  }

  @Test
  default void s07_successorIsNotCountedButTakesItsPlaceInTheGroup() {
    Scene scene = new Scene(this);
    Limit two = new Limit(2, REJECT);
    TokenRecord old = scene.insert(scene.lasting().group(scene.group));
    scene.insert(scene.lasting().group(scene.group));
    TokenRecord successor = scene.lasting().group(scene.group).build();

    assertThat(store().replace(old.id(), successor, scene.now())).isTrue();
    assertThat(store().insert(scene.lasting().group(scene.group).build(), two, scene.now()))
        .isEqualTo(Insertion.of(GROUP_FULL));
  }

  @Test
  default void s07_onlyWhatIsLiveAtTheTimeGivenIsReplaced() {
    Scene scene = new Scene(this);
    TokenRecord expired = scene.insert(scene.sliding());
    scene.pass(IDLE);
    TokenRecord ended = scene.close(scene.insert(scene.lasting()));
    TokenRecord unknown = scene.lasting().build();

    for (TokenRecord dead : List.of(expired, ended, unknown)) {
      TokenRecord successor = scene.lasting().build();
      assertThat(store().replace(dead.id(), successor, scene.now())).isFalse();
      scene.assertUnknown(successor);
    }
    scene.assertUnchanged(expired, ended);
    assertThat(store().replace(expired.id(), scene.lasting().build(), scene.now().minusMillis(1)))
        .isTrue();
  }

  @Test
  default void s07_nothingIsReplacedTwice() {
    Scene scene = new Scene(this);
    TokenRecord old = scene.insert(scene.lasting());
    TokenRecord first = scene.lasting().build();
    TokenRecord second = scene.lasting().build();

    assertThat(store().replace(old.id(), first, scene.now())).isTrue();
    assertThat(otherNode().replace(old.id(), second, scene.now())).isFalse();
    scene.assertUnknown(second);
    assertThat(scene.live()).containsExactly(first);
  }

  @Test
  default void s07_successorWhoseIdIsTakenChangesNothing() {
    Scene scene = new Scene(this);
    TokenRecord old = scene.insert(scene.lasting());
    TokenRecord taken = scene.insert(scene.sliding());

    assertThatExceptionOfType(DuplicateTokenException.class)
        .isThrownBy(
            () -> store().replace(old.id(), scene.lastingWith(taken.id()).build(), scene.now()));
    scene.assertUnchanged(old, taken);
  }

  @Test
  default void s07_unfitSuccessorChangesNothing() {
    Scene scene = new Scene(this);
    TokenRecord old = scene.insert(scene.lasting().group(scene.group));
    TokenRecord parent = scene.insert(scene.lasting());

    for (TokenRecord unfit :
        List.of(
            scene.lasting().build(),
            scene.lasting().group(scene.group + "2").build(),
            scene.lasting().group(scene.group).parent(parent.id()).build(),
            scene.lasting().group(scene.group).ending(scene.closed()).build())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().replace(old.id(), unfit, scene.now()));
      scene.assertUnknown(unfit);
    }
    scene.assertUnchanged(old, parent);
  }
}
