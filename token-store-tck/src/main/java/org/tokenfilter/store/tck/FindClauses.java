package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/** S20: the records of many ids. */
interface FindClauses extends StoreUnderTest {

  /** The largest number of ids in one call. */
  int MOST_IDS = 64;

  @Test
  default void s20_liveDeadAndUnknownIdsAreToldApart() {
    StoreFixture fixture = new StoreFixture(this);
    List<TokenRecord> there = new ArrayList<>();
    List<TokenId> asked = new ArrayList<>();
    for (int number = 0; number < 16; number++) {
      there.add(fixture.insert(fixture.sliding().details(SampleDetails.full(0))));
    }
    fixture.advance(IDLE);
    for (int number = 0; number < 16; number++) {
      there.add(fixture.insert(new StoreFixture(this).lasting()));
      there.add(fixture.revoke(fixture.insert(fixture.lasting())));
      asked.add(StoreFixture.newId());
    }
    asked.addAll(ids(there));

    assertThat(asked).hasSize(MOST_IDS);
    for (TokenStore node : List.of(store(), otherNode())) {
      FindResult result = node.find(asked);
      assertThat(result.unreadable()).isEmpty();
      assertThat(result.records())
          .isEqualTo(
              there.stream().collect(Collectors.toMap(TokenRecord::id, Function.identity())));
      assertThat(result.get(asked.get(0))).isNull();
    }
  }

  @Test
  default void s20_anyNumberUpToTheLargestIsFound() {
    StoreFixture fixture = new StoreFixture(this);
    List<TokenRecord> records = new ArrayList<>();
    for (int number = 0; number < MOST_IDS; number++) {
      records.add(fixture.insert(fixture.lasting()));
    }

    for (int number : List.of(1, 2, 3, 31, MOST_IDS - 1, MOST_IDS)) {
      List<TokenRecord> some = records.subList(MOST_IDS - number, MOST_IDS);
      assertThat(store().find(ids(some)).records().values())
          .containsExactlyInAnyOrderElementsOf(some);
    }
    assertThat(store().find(new HashSet<>(ids(records))).records()).hasSize(MOST_IDS);
    assertThat(store().find(new LinkedHashSet<TokenId>())).isEqualTo(store().find(List.of()));
    assertThat(store().find(List.of()).records()).isEmpty();
  }

  @Test
  default void s20_oneIdIsFoundAsManyAre() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord live = fixture.insert(fixture.lasting().details(SampleDetails.full(0)));
    TokenRecord ended = fixture.revoke(fixture.insert(fixture.lasting()));

    for (TokenRecord record : List.of(live, ended)) {
      assertThat(store().find(record.id())).contains(record);
      assertThat(store().find(List.of(record.id())).get(record.id())).isEqualTo(record);
    }
    assertThat(store().find(StoreFixture.newId())).isEmpty();
  }

  @Test
  default void s20_unreadableRecordIsNamedAndKeepsNoOtherFromBeingFound() {
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord one = fixture.insert(fixture.lasting());
    TokenRecord damaged = fixture.insert(fixture.lasting());
    TokenRecord other = fixture.insert(fixture.lasting());
    assumeTrue(damage(damaged.id()), "the store under test cannot damage a record");

    for (TokenStore node : List.of(store(), otherNode())) {
      FindResult result = node.find(ids(one, damaged, other));
      assertThat(result.unreadable()).containsExactly(damaged.id());
      assertThat(result.records().values()).containsExactlyInAnyOrder(one, other);
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> node.find(damaged.id()))
          .isNotInstanceOf(DuplicateTokenException.class);
      assertThat(node.find(one.id())).contains(one);
    }
  }
}
