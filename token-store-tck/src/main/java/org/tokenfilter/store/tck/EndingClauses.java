package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.tck.Scene.IDLE;
import static org.tokenfilter.store.tck.Scene.LONG_AGO;
import static org.tokenfilter.store.tck.Scene.ids;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/** S8, S9 and S10: revocations are final and include the children. */
interface EndingClauses extends StoreUnderTest {

  @Test
  default void s08_firstEndWins() {
    Scene scene = new Scene(this);
    TokenRecord record = scene.insert(scene.sliding());
    Ending first = new Ending(scene.now(), Reason.REPLACED, Scene.newId());

    assertThat(store().end(record.id(), first)).containsExactly(record.id());
    assertThat(store().end(record.id(), first)).isEmpty();
    assertThat(otherNode().end(record.id(), Ending.of(Reason.CLOSED, scene.now().minusMillis(1))))
        .isEmpty();
    assertThat(scene.find(record)).isEqualTo(record.ended(first));
  }

  @Test
  default void s08_expiredRecordEndsLikeALiveOne() {
    Scene scene = new Scene(this);
    TokenRecord record = scene.insert(scene.sliding());
    scene.pass(IDLE.plusMinutes(1));

    assertThat(store().end(record.id(), scene.closed())).containsExactly(record.id());
    assertThat(scene.find(record)).isEqualTo(record.ended(scene.closed()));
  }

  @Test
  default void s08_unknownRecordDoesNotEnd() {
    Scene scene = new Scene(this);
    TokenRecord unknown = scene.lasting().build();

    assertThat(store().end(unknown.id(), scene.closed())).isEmpty();
    scene.assertUnknown(unknown);
  }

  @Test
  default void s09_childrenEndWithTheirParent() {
    Scene scene = new Scene(this);
    TokenRecord parent = scene.insert(scene.lasting());
    TokenRecord one = scene.insert(scene.sliding().parent(parent.id()));
    TokenRecord other = scene.insert(scene.lasting().parent(parent.id()));
    TokenRecord ended = scene.close(scene.insert(scene.sliding().parent(parent.id())));
    TokenRecord stranger = scene.insert(scene.lasting());
    scene.pass(IDLE);
    Ending replaced = new Ending(scene.now(), Reason.REPLACED, stranger.id());
    Ending childs = Ending.of(Reason.REPLACED, scene.now());

    List<TokenId> answer = store().end(parent.id(), replaced);

    assertThat(answer)
        .startsWith(parent.id())
        .containsExactlyInAnyOrderElementsOf(ids(parent, one, other));
    assertThat(Stream.of(parent, one, other).map(scene::find))
        .containsExactly(parent.ended(replaced), one.ended(childs), other.ended(childs));
    scene.assertUnchanged(ended, stranger);
  }

  @Test
  default void s09_parentOutlivesItsChild() {
    Scene scene = new Scene(this);
    TokenRecord parent = scene.insert(scene.lasting());
    TokenRecord child = scene.insert(scene.sliding().parent(parent.id()));
    TokenRecord sibling = scene.insert(scene.sliding().parent(parent.id()));

    assertThat(store().end(child.id(), scene.closed())).containsExactly(child.id());
    scene.assertUnchanged(parent, sibling);
  }

  @Test
  default void s09_childrenEndHoweverTheirParentEnds() {
    Scene scene = new Scene(this);
    TokenRecord replaced = scene.insert(scene.lasting());
    TokenRecord evicted = scene.insert(scene.lasting().group(scene.group));
    TokenRecord expired = scene.insert(scene.sliding());
    List<TokenRecord> children =
        Stream.of(replaced, evicted, expired)
            .map(parent -> scene.insert(new Scene(this).lasting().parent(parent.id())))
            .toList();
    Limit one = new Limit(1, Limit.Policy.EVICT_OLDEST);

    store().replace(replaced.id(), scene.lasting().build(), scene.now());
    assertThat(
            store().insert(scene.lasting().group(scene.group).build(), one, scene.now()).evicted())
        .containsExactlyInAnyOrder(evicted.id(), children.get(1).id());
    scene.pass(IDLE.plusMinutes(1));
    scene.sweep(scene.now(), LONG_AGO);

    assertThat(children.stream().map(scene::find).map(Scene::reason))
        .containsExactly(Reason.REPLACED, Reason.EVICTED, Reason.EXPIRED);
  }

  @Test
  default void s10_endAllEndsWhatIsTheSubjectsAndSparesWhatIsNamed() {
    Scene scene = new Scene(this);
    TokenRecord parent = scene.insert(scene.lasting());
    TokenRecord spared = scene.insert(scene.lasting());
    TokenRecord childOfSpared = scene.insert(scene.sliding().parent(spared.id()));
    TokenRecord sparedChild = scene.insert(scene.sliding().parent(parent.id()));
    TokenRecord foreignChild = scene.insert(new Scene(this).sliding().parent(parent.id()));
    TokenRecord stranger = scene.insert(new Scene(this).sliding());
    TokenRecord expired = scene.insert(scene.sliding());
    scene.pass(IDLE);
    TokenRecord ended = scene.close(scene.insert(scene.lasting()));
    Selection selection = new Selection(scene.subject, Set.of(spared.id(), sparedChild.id()));

    List<TokenId> answer = store().endAll(selection, scene.closed(), 9);

    List<TokenRecord> ends = List.of(parent, childOfSpared, sparedChild, foreignChild, expired);
    assertThat(answer).containsExactlyInAnyOrderElementsOf(ids(ends));
    assertThat(ends.stream().map(scene::find))
        .containsExactlyElementsOf(
            ends.stream().map(record -> record.ended(scene.closed())).toList());
    scene.assertUnchanged(spared, stranger, ended);
  }

  @Test
  default void s10_logInOnANodeWhoseClockIsAheadIsNotMissed() {
    Scene scene = new Scene(this);
    TokenRecord ahead = scene.insert(scene.lastingSince(scene.now().plusSeconds(60)));
    TokenRecord later = scene.insert(scene.lastingSince(scene.now().plusMillis(60_001)));

    assertThat(store().endAll(new Selection(scene.subject, Set.of()), scene.closed(), 9))
        .containsExactly(ahead.id());
    scene.assertUnchanged(later);
  }

  @Test
  default void s10_endAllGoesOnWhereItLeftOff() {
    Scene scene = new Scene(this);
    for (int number = 0; number < 5; number++) {
      scene.insert(scene.lasting());
    }
    Selection all = new Selection(scene.subject, Set.of());
    List<Integer> sizes = new ArrayList<>();
    List<TokenId> answer;
    do {
      answer = store().endAll(all, scene.closed(), 2);
      sizes.add(answer.size());
    } while (answer.size() >= 2 && sizes.size() < 9);

    assertThat(sizes).containsExactly(2, 2, 1);
    assertThat(scene.live()).isEmpty();
  }
}
