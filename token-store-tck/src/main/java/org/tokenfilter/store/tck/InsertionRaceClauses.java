package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.InsertResult.Outcome.INSERTED;
import static org.tokenfilter.store.Limit.Policy.EVICT_OLDEST;
import static org.tokenfilter.store.Limit.Policy.REJECT;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.LONG_AGO;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** S1 and S9: limits and parents with concurrent insertions on two nodes. */
interface InsertionRaceClauses extends StoreUnderTest {

  @Test
  default void s01_limitHoldsAgainstConcurrentInsertions() throws Exception {
    Limit five = new Limit(5, REJECT);
    try (Race race = new Race(100)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        StoreFixture fixture = new StoreFixture(this);

        List<InsertResult> insertions =
            race.start(
                number ->
                    node(number)
                        .insert(
                            fixture.lasting().group(fixture.group).build(), five, fixture.now()));

        assertThat(fixture.live()).hasSize(5);
        assertThat(insertions).filteredOn(one -> one.outcome() == INSERTED).hasSize(5);
      }
    }
  }

  @Test
  default void s01_limitHoldsAgainstConcurrentInsertionsThatEvict() throws Exception {
    Limit five = new Limit(5, EVICT_OLDEST);
    try (Race race = new Race(100)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        StoreFixture fixture = new StoreFixture(this);

        List<InsertResult> insertions =
            race.start(
                number ->
                    node(number)
                        .insert(
                            fixture.lasting().group(fixture.group).build(), five, fixture.now()));

        assertThat(fixture.live()).hasSize(5);
        assertThat(insertions).allMatch(one -> one.outcome() == INSERTED);
        assertThat(insertions.stream().flatMap(one -> one.evicted().stream()))
            .hasSize(95)
            .doesNotHaveDuplicates()
            .doesNotContainAnyElementsOf(ids(fixture.live()));
      }
    }
  }

  @Test
  default void s09_noChildSlipsInWhileItsParentIsRevoked() throws Exception {
    try (Race race = new Race(16)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        for (int way = 0; way < 5; way++) {
          StoreFixture fixture = new StoreFixture(this);
          TokenRecord parent = fixture.insert(fixture.sliding().group(fixture.group));
          Consumer<TokenRecord> end = waysToRevoke(fixture).get(way);
          List<TokenRecord> children = childrenOf(parent);

          List<Boolean> inserted =
              race.start(
                  number -> {
                    if (number == 0) {
                      end.accept(parent);
                      return false;
                    }
                    return node(number)
                            .insert(children.get(number), Limit.NONE, fixture.now())
                            .outcome()
                        == INSERTED;
                  });

          assertThat(fixture.find(parent).revocation()).isNotNull();
          for (int number = 0; number < children.size(); number++) {
            TokenRecord child = children.get(number);
            if (inserted.get(number)) {
              assertThat(StoreFixture.reason(fixture.find(child)))
                  .isEqualTo(StoreFixture.reason(fixture.find(parent)));
            } else {
              fixture.assertUnknown(child);
            }
          }
        }
      }
    }
  }

  private List<TokenRecord> childrenOf(TokenRecord parent) {
    StoreFixture others = new StoreFixture(this);
    return IntStream.range(0, 16)
        .mapToObj(number -> others.lasting().parent(parent.id()).build())
        .toList();
  }

  private List<Consumer<TokenRecord>> waysToRevoke(StoreFixture fixture) {
    Limit one = new Limit(1, EVICT_OLDEST);
    return List.of(
        parent -> store().revoke(parent.id(), fixture.closedNow()),
        parent -> store().replace(parent.id(), inGroup(fixture), fixture.now()),
        parent ->
            store().revokeAll(new Selection(parent.subject(), Set.of()), fixture.closedNow(), 9),
        parent -> store().insert(inGroup(fixture), one, fixture.now()),
        parent -> fixture.sweep(fixture.now().plus(IDLE).plusMillis(1), LONG_AGO));
  }

  private static TokenRecord inGroup(StoreFixture fixture) {
    return fixture.lasting().group(fixture.group).build();
  }

  private TokenStore node(int number) {
    return number % 2 == 0 ? store() : otherNode();
  }
}
