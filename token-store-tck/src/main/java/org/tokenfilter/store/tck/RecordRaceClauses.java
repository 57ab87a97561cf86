package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.tck.Scene.ids;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** S6, S7 and S8: concurrent changes of one record on two nodes. */
interface RecordRaceClauses extends StoreUnderTest {

  @Test
  default void s06_noRenewalUndoesAnEnd() throws Exception {
    try (Race race = new Race(8)) {
      for (int round = 0; round < 4 * Race.ROUNDS; round++) {
        Scene scene = new Scene(this);
        TokenRecord record = scene.insert(scene.sliding());

        race.start(
            number -> {
              // All of them renew, so that renewals are in flight when one of them revokes it.
              for (int seconds = 1; seconds <= 3; seconds++) {
                Instant usedAt = scene.now().plusSeconds(seconds);
                node(number).renew(List.of(Scene.use(record, usedAt)), scene.now());
                if (number == 0 && seconds == 2) {
                  store().end(record.id(), scene.closed());
                }
              }
              return true;
            });

        assertThat(scene.find(record).ending()).isEqualTo(scene.closed());
        assertThat(otherNode().renew(List.of(scene.use(record)), scene.now()))
            .containsExactly(record.id());
      }
    }
  }

  @Test
  default void s07_oneOfManyReplacementsWins() throws Exception {
    try (Race race = new Race(32)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        Scene scene = new Scene(this);
        TokenRecord old = scene.insert(scene.lasting());
        List<TokenRecord> successors =
            IntStream.range(0, 32).mapToObj(number -> scene.lasting().build()).toList();

        List<Boolean> won =
            race.start(
                number -> node(number).replace(old.id(), successors.get(number), scene.now()));

        assertThat(won).containsOnlyOnce(true);
        TokenRecord winner = successors.get(won.indexOf(true));
        assertThat(scene.live()).containsExactly(winner);
        assertThat(scene.find(old).ending())
            .isEqualTo(new Ending(scene.now(), Reason.REPLACED, winner.id()));
      }
    }
  }

  @Test
  default void s08_oneOfManyEndsWins() throws Exception {
    try (Race race = new Race(16)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        Scene scene = new Scene(this);
        TokenRecord record = scene.insert(scene.lasting());

        List<List<TokenId>> answers =
            race.start(
                number ->
                    node(number)
                        .end(
                            record.id(),
                            Ending.of(Reason.CLOSED, scene.now().plusSeconds(number))));

        assertThat(answers).containsOnlyOnce(ids(record));
        assertThat(scene.find(record).ending())
            .isEqualTo(
                Ending.of(Reason.CLOSED, scene.now().plusSeconds(answers.indexOf(ids(record)))));
      }
    }
  }

  private TokenStore node(int number) {
    return number % 2 == 0 ? store() : otherNode();
  }
}
