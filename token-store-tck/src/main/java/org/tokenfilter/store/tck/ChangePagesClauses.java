package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** S12: the pages and the cursors of a chain of questions. */
interface ChangePagesClauses extends StoreUnderTest {

  @Test
  default void s12_firstQuestionHasNoChanges() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord before = fixture.revoke(fixture.insert(fixture.lasting()));
    for (int shard = 0; shard < store().shards(); shard++) {
      Changes first = store().changes(shard, null, ChangeChain.LARGE_LIMIT);
      assertThat(first.known()).isTrue();
      assertThat(first.changes()).isEmpty();
    }
    ChangeChain chain = new ChangeChain(store());
    TokenRecord after = fixture.revoke(fixture.insert(fixture.lasting()));

    assertThat(ChangeChain.revoked(chain.read())).contains(after.id());
    assertThat(ChangeChain.revoked(chain.read())).doesNotContain(before.id(), after.id());
  }

  @Test
  default void s12_smallPagesLoseNothing() {
    StoreFixture fixture = new StoreFixture(this);
    List<TokenRecord> records =
        IntStream.range(0, 23).mapToObj(number -> fixture.insert(fixture.lasting())).toList();
    ChangeChain chain = new ChangeChain(otherNode());
    records.subList(0, 12).forEach(fixture::revoke);

    List<Change> changes = new ArrayList<>();
    // While these pages are read, further changes come.
    for (TokenRecord late : records.subList(12, 23)) {
      for (int shard = 0; shard < otherNode().shards(); shard++) {
        Changes page = chain.next(shard, 2);
        assertThat(page.changes()).hasSizeLessThanOrEqualTo(2);
        changes.addAll(page.changes());
      }
      fixture.revoke(late);
    }
    changes.addAll(chain.read(3));

    assertThat(ChangeChain.revoked(changes)).containsAll(ids(records));
  }

  /** A caller that has read the last page trusts its memory as of the question for that page. */
  @Test
  default void s12_lastPageLacksNothingAcknowledgedBefore() {
    StoreFixture fixture = new StoreFixture(this);
    List<TokenRecord> records =
        IntStream.range(0, 6).mapToObj(number -> fixture.insert(fixture.lasting())).toList();
    ChangeChain chain = new ChangeChain(otherNode());
    records.subList(0, 5).forEach(fixture::revoke);
    List<Change> changes = new ArrayList<>();
    for (int shard = 0; shard < otherNode().shards(); shard++) {
      changes.addAll(chain.next(shard, 1).changes());
    }

    fixture.revoke(records.get(5));
    changes.addAll(chain.read());

    assertThat(ChangeChain.revoked(changes)).containsAll(ids(records));
  }

  @Test
  default void s12_pageThatIsNotTheLastSaysSo() {
    StoreFixture fixture = new StoreFixture(this);
    List<TokenRecord> records =
        IntStream.range(0, 5).mapToObj(number -> fixture.insert(fixture.lasting())).toList();
    ChangeChain chain = new ChangeChain(store());
    records.forEach(fixture::revoke);

    assertThat(ChangeChain.revoked(chain.read(1))).containsAll(ids(records));
    for (int shard = 0; shard < store().shards(); shard++) {
      assertThat(chain.next(shard, 1).more()).isFalse();
    }
  }

  @Test
  default void s12_questionWhoseAnswerWasLostCanBeRepeated() {
    StoreFixture fixture = new StoreFixture(this);
    List<TokenRecord> records =
        IntStream.range(0, 5).mapToObj(number -> fixture.insert(fixture.lasting())).toList();
    int shard = store().shardOf(records.get(0).id());
    String cursor = store().changes(shard, null, 9).cursor();
    fixture.revoke(records.get(0));

    List<Change> lost = store().changes(shard, cursor, ChangeChain.LARGE_LIMIT).changes();
    assertThat(ChangeChain.revoked(lost)).contains(records.get(0).id());
    assertThat(store().changes(shard, cursor, ChangeChain.LARGE_LIMIT).changes()).containsAll(lost);
  }

  @Test
  default void s12_unknownCursorIsTold() {
    StoreFixture fixture = new StoreFixture(this);
    String real = store().changes(0, null, 9).cursor();

    for (String unknown :
        List.of(
            "",
            "0",
            "-1",
            "unknown",
            "1:2:3",
            "\u017d;'\ud83d\ude00",
            real + "x",
            "x" + real,
            "x".repeat(10_000))) {
      Changes answer = store().changes(0, unknown, 9);
      assertThat(answer.known()).as("the cursor '%s' is known", unknown).isFalse();
      assertThat(store().changes(0, answer.cursor(), 9).known()).isTrue();
    }
    ChangeChain chain = new ChangeChain(store());
    TokenRecord record = fixture.revoke(fixture.insert(fixture.lasting()));
    assertThat(ChangeChain.revoked(chain.read())).contains(record.id());
  }

  /** One runner reads in small pages while the others revoke: each change comes once asked for. */
  @Test
  default void s12_noChangeIsLostBesideConcurrentWrites() throws Exception {
    int runners = 6;
    try (Race race = new Race(runners)) {
      for (int round = 0; round < 4 * Race.ROUNDS; round++) {
        StoreFixture fixture = new StoreFixture(this);
        List<TokenRecord> records =
            IntStream.range(0, 4 * runners)
                .mapToObj(number -> fixture.insert(fixture.lasting()))
                .toList();
        ChangeChain chain = new ChangeChain(otherNode());
        CountDownLatch writers = new CountDownLatch(runners - 1);
        List<Change> changes = new ArrayList<>();

        race.start(
            number -> {
              if (number == 0) {
                while (writers.getCount() > 0) {
                  changes.addAll(chain.read(3));
                }
                return true;
              }
              try {
                for (int turn = 0; turn < 4; turn++) {
                  node(number).revoke(records.get(4 * number + turn).id(), fixture.closedNow());
                }
              } finally {
                writers.countDown();
              }
              return true;
            });
        changes.addAll(chain.read(3));

        assertThat(ChangeChain.revoked(changes))
            .containsAll(ids(records.subList(4, records.size())));
      }
    }
  }

  private TokenStore node(int number) {
    return number % 2 == 0 ? store() : otherNode();
  }
}
