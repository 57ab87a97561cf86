package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.tck.Scene.IDLE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenRecord;

/** S3, S4 and S11: finding and listing records. */
interface ReadingClauses extends StoreUnderTest {

  @Test
  default void s03_eachNodeSeesWhatTheOtherWrote() {
    Scene scene = new Scene(this);
    TokenRecord record = scene.sliding().build();
    assertThat(otherNode().find(record.id())).isEmpty();

    store().insert(record, Limit.NONE, scene.now());
    assertThat(otherNode().find(record.id())).contains(record);

    scene.pass(Duration.ofMinutes(1));
    store().renew(List.of(scene.use(record)), scene.now());
    TokenRecord renewed = record.renewed(scene.use(record));
    assertThat(otherNode().find(record.id())).contains(renewed);

    TokenRecord successor = scene.sliding().build();
    otherNode().replace(record.id(), successor, scene.now());
    Ending replaced = new Ending(scene.now(), Reason.REPLACED, successor.id());
    assertThat(store().find(record.id())).contains(renewed.ended(replaced));
    assertThat(store().find(successor.id())).contains(successor);

    otherNode().end(successor.id(), scene.closed());
    assertThat(store().find(successor.id())).contains(successor.ended(scene.closed()));
  }

  @Test
  default void s04_endedRecordIsFound() {
    Scene scene = new Scene(this);
    TokenRecord ended = scene.close(scene.insert(scene.sliding().attributes(Map.of("a", "b"))));

    assertThat(scene.find(ended)).isEqualTo(ended);
  }

  @Test
  default void s04_expiredRecordIsFoundBeforeAndAfterASweep() {
    Scene scene = new Scene(this);
    TokenRecord record = scene.insert(scene.sliding());
    scene.pass(IDLE.plusMinutes(4));

    assertThat(scene.find(record)).isEqualTo(record);
    scene.sweep(scene.now(), scene.now().minus(Duration.ofMinutes(5)));
    assertThat(scene.find(record).liveAt(scene.now())).isFalse();
  }

  @Test
  default void s11_listHoldsTheSubjectsLiveRecordsNewestFirst() {
    Scene scene = new Scene(this);
    TokenRecord expired = scene.insert(scene.sliding());
    scene.pass(Duration.ofMinutes(1));
    TokenRecord first = scene.insert(scene.sliding());
    scene.pass(Duration.ofMinutes(1));
    TokenRecord third = scene.insert(scene.lastingSince(scene.now().plusMillis(1)));
    TokenRecord second = scene.insert(scene.lasting());
    scene.close(scene.insert(scene.lasting()));
    new Scene(this).insert(new Scene(this).lasting());

    scene.pass(IDLE.minusMinutes(2));
    assertThat(store().list(scene.subject, scene.now(), null, 9))
        .containsExactly(third, second, first);
    assertThat(store().list(scene.subject, scene.now().minusMillis(1), null, 9))
        .containsExactly(third, second, first, expired);
  }

  @Test
  default void s11_pagesFollowOnEachOtherWithoutGapOrRepetition() {
    Scene scene = new Scene(this);
    List<TokenRecord> newestFirst =
        IntStream.range(0, 10)
            .mapToObj(
                number -> scene.insert(scene.lastingSince(scene.now().plusMillis(number / 4))))
            .sorted(Comparator.comparing(Position::of).reversed())
            .toList();

    List<TokenRecord> seen = new ArrayList<>();
    List<TokenRecord> page = otherNode().list(scene.subject, scene.now(), null, 3);
    while (!page.isEmpty() && seen.size() < 20) {
      assertThat(page).hasSizeLessThanOrEqualTo(3);
      seen.addAll(page);
      Position last = Position.of(seen.get(seen.size() - 1));
      page = store().list(scene.subject, scene.now(), last, 3);
    }
    assertThat(seen).containsExactlyElementsOf(newestFirst);
  }

  @Test
  default void s11_pageStartsAfterARecordThatIsNoLongerThere() {
    Scene scene = new Scene(this);
    TokenRecord older = scene.insert(scene.lasting());
    TokenRecord last = scene.insert(scene.lastingSince(scene.now().plusMillis(1)));
    scene.close(last);

    assertThat(store().list(scene.subject, scene.now(), Position.of(last), 9))
        .containsExactly(older);
  }
}
