package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.LONG_AGO;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** S21: the parts of a store that can fail by themselves. */
interface ShardClauses extends StoreUnderTest {

  /** Enough records that each shard of a small store has some. */
  int RECORDS = 64;

  @Test
  default void s21_everyIdHasAShard() {
    int shards = store().shards();

    assertThat(shards).isPositive();
    assertThat(otherNode().shards()).isEqualTo(shards);
    for (int number = 0; number < 1_000; number++) {
      assertThat(store().shardOf(StoreFixture.newId())).isBetween(0, shards - 1);
    }
    assertThat(store().shards()).isEqualTo(shards);
  }

  @Test
  default void s21_changesOfAllShardsCoverEverything() {
    ChangeChain chain = new ChangeChain(otherNode());
    List<TokenRecord> records = new ArrayList<>();
    for (int number = 0; number < RECORDS; number++) {
      StoreFixture fixture = new StoreFixture(this);
      records.add(fixture.revoke(fixture.insert(fixture.lasting())));
    }

    assertThat(ChangeChain.revoked(chain.read(7))).containsAll(ids(records));
  }

  @Test
  default void s21_sweepsOfAllShardsCoverEverything() {
    StoreFixture fixture = new StoreFixture(this);
    fixture.assumeThatSweepsFindAll();
    List<TokenRecord> records = insertMany();

    assertThat(fixture.sweep(fixture.now().plus(IDLE).plusMillis(1), LONG_AGO))
        .containsAll(ids(records));
  }

  /** Callers group ids by their shards; but the shard is a hint, and may have changed meanwhile. */
  @Test
  default void s21_callFindsItsRecordsWhereverTheyAre() {
    StoreFixture fixture = new StoreFixture(this);
    List<TokenRecord> records = insertMany();

    for (TokenStore node : List.of(store(), otherNode())) {
      assertThat(node.find(ids(records)).records().values())
          .containsExactlyInAnyOrderElementsOf(records);
    }
    TokenRecord dead = fixture.revoke(records.get(9));
    assertThat(otherNode().renew(records.stream().map(fixture::renewal).toList(), fixture.now()))
        .containsExactly(dead.id());
  }

  private List<TokenRecord> insertMany() {
    List<TokenRecord> records = new ArrayList<>();
    for (int number = 0; number < RECORDS; number++) {
      StoreFixture fixture = new StoreFixture(this);
      records.add(fixture.insert(fixture.sliding()));
    }
    return records;
  }
}
