package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** S6, S7 and S8: concurrent changes of one record on two nodes. */
interface RecordRaceClauses extends StoreUnderTest {

  @Test
  default void s06_noRenewalUndoesARevocation() throws Exception {
    try (Race race = new Race(8)) {
      for (int round = 0; round < 4 * Race.ROUNDS; round++) {
        StoreFixture fixture = new StoreFixture(this);
        TokenRecord record = fixture.insert(fixture.sliding());

        race.start(
            number -> {
              // All of them renew, so that renewals are in flight when one of them revokes it.
              for (int seconds = 1; seconds <= 3; seconds++) {
                Instant usedAt = fixture.now().plusSeconds(seconds);
                node(number).renew(List.of(StoreFixture.renewal(record, usedAt)), fixture.now());
                if (number == 0 && seconds == 2) {
                  store().revoke(record.id(), fixture.closedNow());
                }
              }
              return true;
            });

        assertThat(fixture.find(record).revocation()).isEqualTo(fixture.closedNow());
        assertThat(otherNode().renew(List.of(fixture.renewal(record)), fixture.now()))
            .containsExactly(record.id());
      }
    }
  }

  @Test
  default void s07_oneOfManyReplacementsWins() throws Exception {
    try (Race race = new Race(32)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        StoreFixture fixture = new StoreFixture(this);
        TokenRecord old = fixture.insert(fixture.lasting());
        List<TokenRecord> successors =
            IntStream.range(0, 32).mapToObj(number -> fixture.lasting().build()).toList();

        List<Boolean> won =
            race.start(number -> fixture.replace(node(number), old, successors.get(number)));

        assertThat(won).containsOnlyOnce(true);
        TokenRecord winner = successors.get(won.indexOf(true));
        assertThat(fixture.live()).containsExactly(winner);
        assertThat(fixture.find(old).revocation())
            .isEqualTo(new Revocation(fixture.now(), RevocationReason.REPLACED, winner.id()));
      }
    }
  }

  @Test
  default void s08_oneOfManyRevocationsWins() throws Exception {
    try (Race race = new Race(16)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        StoreFixture fixture = new StoreFixture(this);
        TokenRecord record = fixture.insert(fixture.lasting());

        List<List<TokenId>> answers =
            race.start(
                number ->
                    node(number)
                        .revoke(
                            record.id(),
                            Revocation.of(
                                RevocationReason.CLOSED, fixture.now().plusSeconds(number))));

        assertThat(answers).containsOnlyOnce(ids(record));
        assertThat(fixture.find(record).revocation())
            .isEqualTo(
                Revocation.of(
                    RevocationReason.CLOSED,
                    fixture.now().plusSeconds(answers.indexOf(ids(record)))));
      }
    }
  }

  private TokenStore node(int number) {
    return number % 2 == 0 ? store() : otherNode();
  }
}
