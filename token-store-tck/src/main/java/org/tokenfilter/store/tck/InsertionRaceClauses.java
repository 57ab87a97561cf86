package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.Insertion.Outcome.INSERTED;
import static org.tokenfilter.store.Limit.Policy.EVICT_OLDEST;
import static org.tokenfilter.store.Limit.Policy.REJECT;
import static org.tokenfilter.store.tck.Scene.IDLE;
import static org.tokenfilter.store.tck.Scene.LONG_AGO;
import static org.tokenfilter.store.tck.Scene.ids;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Insertion;
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
        Scene scene = new Scene(this);

        List<Insertion> insertions =
            race.start(
                number ->
                    node(number)
                        .insert(scene.lasting().group(scene.group).build(), five, scene.now()));

        assertThat(scene.live()).hasSize(5);
        assertThat(insertions).filteredOn(one -> one.outcome() == INSERTED).hasSize(5);
      }
    }
  }

  @Test
  default void s01_limitHoldsAgainstConcurrentInsertionsThatEvict() throws Exception {
    Limit five = new Limit(5, EVICT_OLDEST);
    try (Race race = new Race(100)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        Scene scene = new Scene(this);

        List<Insertion> insertions =
            race.start(
                number ->
                    node(number)
                        .insert(scene.lasting().group(scene.group).build(), five, scene.now()));

        assertThat(scene.live()).hasSize(5);
        assertThat(insertions).allMatch(one -> one.outcome() == INSERTED);
        assertThat(insertions.stream().flatMap(one -> one.evicted().stream()))
            .hasSize(95)
            .doesNotHaveDuplicates()
            .doesNotContainAnyElementsOf(ids(scene.live()));
      }
    }
  }

  @Test
  default void s09_noChildSlipsInWhileItsParentEnds() throws Exception {
    try (Race race = new Race(16)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        for (int way = 0; way < 5; way++) {
          Scene scene = new Scene(this);
          TokenRecord parent = scene.insert(scene.sliding().group(scene.group));
          Consumer<TokenRecord> end = waysToEnd(scene).get(way);
          List<TokenRecord> children = childrenOf(parent);

          List<Boolean> inserted =
              race.start(
                  number -> {
                    if (number == 0) {
                      end.accept(parent);
                      return false;
                    }
                    return node(number)
                            .insert(children.get(number), Limit.NONE, scene.now())
                            .outcome()
                        == INSERTED;
                  });

          assertThat(scene.find(parent).ending()).isNotNull();
          for (int number = 0; number < children.size(); number++) {
            TokenRecord child = children.get(number);
            if (inserted.get(number)) {
              assertThat(Scene.reason(scene.find(child)))
                  .isEqualTo(Scene.reason(scene.find(parent)));
            } else {
              scene.assertUnknown(child);
            }
          }
        }
      }
    }
  }

  private List<TokenRecord> childrenOf(TokenRecord parent) {
    Scene others = new Scene(this);
    return IntStream.range(0, 16)
        .mapToObj(number -> others.lasting().parent(parent.id()).build())
        .toList();
  }

  private List<Consumer<TokenRecord>> waysToEnd(Scene scene) {
    Limit one = new Limit(1, EVICT_OLDEST);
    return List.of(
        parent -> store().end(parent.id(), scene.closed()),
        parent -> store().replace(parent.id(), inGroup(scene), scene.now()),
        parent -> store().endAll(new Selection(parent.subject(), Set.of()), scene.closed(), 9),
        parent -> store().insert(inGroup(scene), one, scene.now()),
        parent -> scene.sweep(scene.now().plus(IDLE).plusMillis(1), LONG_AGO));
  }

  private static TokenRecord inGroup(Scene scene) {
    return scene.lasting().group(scene.group).build();
  }

  private TokenStore node(int number) {
    return number % 2 == 0 ? store() : otherNode();
  }
}
