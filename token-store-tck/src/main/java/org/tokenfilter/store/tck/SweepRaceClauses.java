package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** S13: two concurrent sweepers, with concurrent renewals and insertions. */
interface SweepRaceClauses extends StoreUnderTest {

  @Test
  default void s13_sweepersExpireEachRecordOnceAndNoRenewedOne() throws Exception {
    new StoreFixture(this).assumeThatSweepsFindAll();
    try (Race race = new Race(6)) {
      // Few records and more rounds, since sweepers and renewals collide mainly at the start.
      for (int round = 0; round < 4 * Race.ROUNDS; round++) {
        raceOnce(race, new StoreFixture(this));
      }
    }
  }

  /** Runners 0 and 1 sweep until the others are done; 2 and 3 renew, 4 and 5 insert. */
  private void raceOnce(Race race, StoreFixture fixture) throws Exception {
    Instant due = fixture.now().plus(IDLE).plusSeconds(60);
    List<TokenRecord> used = insertMany(fixture);
    List<TokenRecord> unused = insertMany(fixture);
    List<TokenRecord> dead = insertMany(fixture).stream().map(fixture::revoke).toList();
    Instant deadBefore = fixture.now().plusMillis(1);
    Set<TokenId> missed = ConcurrentHashMap.newKeySet();
    Queue<TokenId> expired = new ConcurrentLinkedQueue<>();
    Queue<TokenRecord> inserted = new ConcurrentLinkedQueue<>();
    fixture.advance(Duration.ofMinutes(29));
    CountDownLatch others = new CountDownLatch(4);

    race.start(
        number -> {
          if (number < 2) {
            do {
              expired.addAll(StoreFixture.sweepOnce(node(number), due, deadBefore, 20).expired());
            } while (others.getCount() > 0);
            return true;
          }
          try {
            if (number < 4) {
              missed.addAll(renewEverySecond(number % 2, used, fixture));
            } else {
              inserted.addAll(insertMany(fixture));
            }
          } finally {
            others.countDown();
          }
          return true;
        });
    expired.addAll(fixture.sweep(due, deadBefore));

    assertThat(expired).doesNotHaveDuplicates().containsAll(ids(unused)).containsAll(missed);
    for (TokenRecord record : used) {
      TokenRecord found = fixture.find(record);
      if (missed.contains(record.id())) {
        assertThat(StoreFixture.reason(found)).isEqualTo(RevocationReason.EXPIRED);
      } else {
        assertThat(found).isEqualTo(record.renewed(fixture.renewal(record)));
      }
    }
    dead.forEach(fixture::assertUnknown);
    fixture.assertUnchanged(inserted.toArray(TokenRecord[]::new));
  }

  private Set<TokenId> renewEverySecond(
      int first, List<TokenRecord> records, StoreFixture fixture) {
    Set<TokenId> missed = new HashSet<>();
    for (int number = first; number < records.size(); number += 2) {
      missed.addAll(
          node(first).renew(List.of(fixture.renewal(records.get(number))), fixture.now()));
    }
    return missed;
  }

  private static List<TokenRecord> insertMany(StoreFixture fixture) {
    return IntStream.range(0, 6).mapToObj(number -> fixture.insert(fixture.sliding())).toList();
  }

  private TokenStore node(int number) {
    return number % 2 == 0 ? store() : otherNode();
  }
}
