package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.AmendResult.AMENDED;
import static org.tokenfilter.store.AmendResult.ENDED;
import static org.tokenfilter.store.AmendResult.STALE;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.LONG_AGO;
import static org.tokenfilter.store.tck.StoreFixture.changed;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** S19: concurrent amendments, renewals and ends of one record on two nodes. */
interface AmendmentRaceClauses extends StoreUnderTest {

  /** More tries than a few runners can make necessary. */
  int MAX_TURNS = 1_000;

  @Test
  default void s19_oneOfManyAmendmentsWins() throws Exception {
    try (Race race = new Race(32)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        StoreFixture fixture = new StoreFixture(this);
        TokenRecord record = fixture.insert(fixture.lasting());
        List<TokenDetails> details =
            IntStream.range(0, 32).mapToObj(number -> changed(record)).toList();
        ChangeChain chain = new ChangeChain(store());

        List<AmendResult> results =
            race.start(
                number -> node(number).amend(record.id(), 0, details.get(number), fixture.now()));

        assertThat(results).containsOnlyOnce(AMENDED).containsOnly(AMENDED, STALE);
        TokenRecord amended = record.amended(details.get(results.indexOf(AMENDED)));
        fixture.assertUnchanged(amended);
        assertThat(chain.read())
            .filteredOn(change -> change.id().equals(record.id()))
            .containsOnly(Change.amended(record.id(), amended.version()));
      }
    }
  }

  /** 100 renewals and 100 amendments of one record, by turns on two nodes: none of them is lost. */
  @Test
  default void s19_renewalsAndAmendmentsKeepEachOther() throws Exception {
    int runners = 4;
    int each = 25;
    try (Race race = new Race(runners)) {
      StoreFixture fixture = new StoreFixture(this);
      TokenRecord record = fixture.insert(fixture.sliding());
      Instant start = fixture.now();
      AtomicLong version = new AtomicLong();

      race.start(
          number -> {
            TokenStore node = node(number);
            for (int turn = 1; turn <= each; turn++) {
              Instant usedAt = start.plusSeconds((long) runners * turn + number);
              assertThat(node.renew(List.of(StoreFixture.renewal(record, usedAt)), start))
                  .isEmpty();
              assertThat(countUp(node, record, version, start)).isTrue();
              // A renewal that was lost here would be hidden by a later one.
              assertThat(node.find(record.id()).orElseThrow().lastUsedAt())
                  .isAfterOrEqualTo(usedAt);
            }
            return true;
          });

      TokenRecord found = fixture.find(record);
      assertThat(found.details().data()).containsEntry("count", "" + runners * each);
      Instant last = start.plusSeconds((long) runners * (each + 1) - 1);
      assertThat(found.lastUsedAt()).isEqualTo(last);
      assertThat(found.idleExpiresAt()).isEqualTo(last.plus(IDLE));
    }
  }

  @Test
  default void s19_noAmendmentUndoesARevocation() throws Exception {
    try (Race race = new Race(8)) {
      for (int round = 0; round < 4 * Race.ROUNDS; round++) {
        StoreFixture fixture = new StoreFixture(this);
        TokenRecord record = fixture.insert(fixture.lasting());
        AtomicLong version = new AtomicLong();

        List<Boolean> revoked =
            race.start(
                number -> {
                  if (number == 0) {
                    return !store().revoke(record.id(), fixture.closedNow()).isEmpty();
                  }
                  return countUp(node(number), record, version, fixture.now());
                });

        assertThat(revoked.get(0)).isTrue();
        TokenRecord found = fixture.find(record);
        assertThat(found.revocation()).isEqualTo(fixture.closedNow());
        long counted = revoked.stream().skip(1).filter(amended -> amended).count();
        assertThat(found.details().data().getOrDefault("count", "0")).isEqualTo("" + counted);
        assertThat(store().amend(record.id(), found.version(), changed(found), fixture.now()))
            .isEqualTo(ENDED);
      }
    }
  }

  @Test
  default void s19_eitherAmendmentOrReplacementWins() throws Exception {
    try (Race race = new Race(8)) {
      for (int round = 0; round < 2 * Race.ROUNDS; round++) {
        StoreFixture fixture = new StoreFixture(this);
        TokenRecord record = fixture.insert(fixture.lasting());

        List<Boolean> won =
            race.start(
                number ->
                    number % 4 < 2
                        ? fixture.replace(node(number), record, fixture.lasting().build())
                        : node(number).amend(record.id(), 0, changed(record), fixture.now())
                            == AMENDED);

        assertThat(won).containsOnlyOnce(true);
        boolean replaced = won.indexOf(true) % 4 < 2;
        TokenRecord found = fixture.find(record);
        assertThat(found.revocation() != null).isEqualTo(replaced);
        assertThat(found.version() == 0).isEqualTo(replaced);
        assertThat(fixture.live()).hasSize(1);
      }
    }
  }

  @Test
  default void s19_noAmendmentUndoesASweep() throws Exception {
    new StoreFixture(this).assumeThatSweepsFindAll();
    try (Race race = new Race(6)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        StoreFixture fixture = new StoreFixture(this);
        TokenRecord record = fixture.insert(fixture.sliding());
        AtomicLong version = new AtomicLong();
        Instant due = fixture.now().plus(IDLE).plusMillis(1);

        race.start(
            number ->
                number == 0
                    ? fixture.sweep(due, LONG_AGO).contains(record.id())
                    : countUp(node(number), record, version, fixture.now()));
        fixture.sweep(due, LONG_AGO);

        assertThat(StoreFixture.reason(fixture.find(record))).isEqualTo(RevocationReason.EXPIRED);
        assertThat(fixture.live()).isEmpty();
      }
    }
  }

  /** Counts up in the details of the record as it is now; returns false if it has ended. */
  private static boolean countUp(
      TokenStore node, TokenRecord record, AtomicLong version, Instant now) {
    for (int turn = 0; turn < MAX_TURNS; turn++) {
      TokenRecord read = node.find(record.id()).orElseThrow();
      int count = Integer.parseInt(read.details().data().getOrDefault("count", "0"));
      TokenDetails details =
          read.details()
              .amended(version.incrementAndGet())
              .data(Map.of("count", "" + (count + 1)))
              .build();
      AmendResult result = node.amend(record.id(), read.version(), details, now);
      if (result != STALE) {
        return result == AMENDED;
      }
    }
    throw new AssertionError("the version was stale in each of " + MAX_TURNS + " tries");
  }

  private TokenStore node(int number) {
    return number % 2 == 0 ? store() : otherNode();
  }
}
