package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.InsertResult.Outcome.INSERTED;
import static org.tokenfilter.store.Limit.Policy.EVICT_OLDEST;
import static org.tokenfilter.store.Limit.Policy.REJECT;
import static org.tokenfilter.store.tck.StoreFixture.IDLE;
import static org.tokenfilter.store.tck.StoreFixture.LONG_AGO;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
        for (int way = 0; way < waysToRevoke(new StoreFixture(this)).size(); way++) {
          StoreFixture fixture = new StoreFixture(this);
          TokenRecord parent = fixture.insert(fixture.sliding().group(fixture.group));
          Consumer<TokenRecord> end = waysToRevoke(fixture).get(way);
          List<TokenRecord> children = childrenOf(fixture, parent);

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

  private static List<TokenRecord> childrenOf(StoreFixture fixture, TokenRecord parent) {
    return IntStream.range(0, 16)
        .mapToObj(number -> fixture.lasting().parent(parent.id()).build())
        .toList();
  }

  private List<Consumer<TokenRecord>> waysToRevoke(StoreFixture fixture) {
    Limit one = new Limit(1, EVICT_OLDEST);
    List<Consumer<TokenRecord>> ways = new ArrayList<>();
    Collections.addAll(
        ways,
        parent -> store().revoke(parent.id(), fixture.closedNow()),
        parent -> fixture.replace(store(), parent, inGroup(fixture)),
        parent -> store().revokeAll(Selection.ofSubject(parent.subject()), fixture.closedNow(), 99),
        parent -> store().insert(inGroup(fixture), one, fixture.now()));
    if (!store().expiresByItself()) {
      ways.add(parent -> fixture.sweep(fixture.now().plus(IDLE).plusMillis(1), LONG_AGO));
    }
    return ways;
  }

  private static TokenRecord inGroup(StoreFixture fixture) {
    return fixture.lasting().group(fixture.group).build();
  }

  private TokenStore node(int number) {
    return number % 2 == 0 ? store() : otherNode();
  }
}
