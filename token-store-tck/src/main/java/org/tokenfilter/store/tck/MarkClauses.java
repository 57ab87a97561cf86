package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenStore;

/** S22: marks that exactly one caller gets. */
interface MarkClauses extends StoreUnderTest {

  /** The largest length of a name, in UTF-16 code units. */
  int LONGEST_NAME = 255;

  @Test
  default void s22_oneOfManyCallersGetsTheMark() throws Exception {
    try (Race race = new Race(32)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        Instant now = clock().instant();
        String name = newName();

        List<Boolean> got =
            race.start(number -> node(number).mark(name, now.plusSeconds(60 + number), now));

        assertThat(got).containsOnlyOnce(true);
        Instant until = now.plusSeconds(60 + got.indexOf(true));
        assertThat(otherNode().marked(name, until.minusMillis(1))).isTrue();
        assertThat(store().marked(name, until)).isFalse();
      }
    }
  }

  @Test
  default void s22_markIsSetUntilItsEnd() {
    Instant now = clock().instant();
    Instant until = now.plusSeconds(60);
    String name = newName();
    assertThat(store().marked(name, now)).isFalse();

    assertThat(store().mark(name, until, now)).isTrue();
    for (TokenStore node : List.of(store(), otherNode())) {
      assertThat(node.marked(name, now)).isTrue();
      assertThat(node.marked(name, until.minusMillis(1))).isTrue();
      assertThat(node.marked(name, until)).isFalse();
      assertThat(node.marked(name + "2", now)).isFalse();
    }
  }

  @Test
  default void s22_refusedCallMovesNeitherEndNorBeginning() {
    Instant now = clock().instant();
    Instant until = now.plusSeconds(60);
    String name = newName();
    store().mark(name, until, now);

    for (Duration by : List.of(Duration.ofSeconds(-30), Duration.ZERO, Duration.ofHours(1))) {
      assertThat(otherNode().mark(name, until.plus(by), now)).isFalse();
      assertThat(store().mark(name, until.plus(by), now)).isFalse();
      assertThat(store().marked(name, until.minusMillis(1))).isTrue();
      assertThat(store().marked(name, until)).isFalse();
    }
    // The clock of this node is behind.
    assertThat(otherNode().mark(name, until, now.minusSeconds(60))).isFalse();
    assertThat(otherNode().mark(name, until.plusSeconds(9), until.minusMillis(1))).isFalse();
  }

  @Test
  default void s22_endedMarkCanBeSetAgain() {
    Instant now = clock().instant();
    Instant until = now.plusSeconds(60);
    Instant next = until.plusSeconds(60);
    String name = newName();
    store().mark(name, until, now);

    assertThat(otherNode().mark(name, next, until.plusMillis(1))).isTrue();
    assertThat(store().mark(name, next.plusSeconds(1), until.plusMillis(1))).isFalse();
    assertThat(store().marked(name, next.minusMillis(1))).isTrue();
    assertThat(store().marked(name, next)).isFalse();
  }

  @Test
  default void s22_endedMarkIsGivenToOneOfMany() throws Exception {
    try (Race race = new Race(16)) {
      for (int round = 0; round < Race.ROUNDS; round++) {
        Instant now = clock().instant();
        Instant until = now.plusSeconds(60);
        String name = newName();
        store().mark(name, until, now);

        assertThat(
                race.start(
                    number -> node(number).mark(name, until.plusSeconds(60), until.plusMillis(1))))
            .containsOnlyOnce(true);
      }
    }
  }

  @Test
  default void s22_namesOfAnyTextAreKeptApart() {
    Instant now = clock().instant();
    Instant until = now.plusSeconds(60);
    String unique = newName();
    Set<String> names = new LinkedHashSet<>();
    SampleTexts.CONFUSABLE.forEach(texts -> texts.forEach(text -> names.add(unique + text)));
    SampleTexts.ALL.forEach(text -> names.add(unique + text));
    for (String filling : List.of("x", "X", "\u00fc", "\u6f22", "\ud83d\ude00")) {
      int room = (LONGEST_NAME - unique.length()) / filling.length();
      names.add(unique + filling.repeat(room));
      names.add(unique + filling.repeat(room - 1));
    }

    for (String name : names) {
      assertThat(store().mark(name, until, now)).as(name).isTrue();
    }
    for (String name : names) {
      assertThat(otherNode().marked(name, now)).as(name).isTrue();
      assertThat(otherNode().mark(name, until, now)).as(name).isFalse();
    }
  }

  @Test
  default void s22_invalidMarkIsRefused() {
    Instant now = clock().instant();
    Instant until = now.plusSeconds(60);
    String name = newName();

    for (String unfit : List.of("", "x".repeat(LONGEST_NAME + 1), "a\0b", "a\ud83d", "\ude00")) {
      assertThatIllegalArgumentException().isThrownBy(() -> store().mark(unfit, until, now));
    }
    for (Instant early : List.of(now, now.minusMillis(1))) {
      assertThatIllegalArgumentException().isThrownBy(() -> store().mark(name, early, now));
    }
    assertThat(store().marked(name, now.minusSeconds(1))).isFalse();
    assertThat(store().mark(name, until, now)).isTrue();
  }

  @Test
  default void s22_sweepForgetsNoMarkThatIsSet() {
    StoreFixture fixture = new StoreFixture(this);
    Instant now = fixture.now();
    List<String> names = IntStream.range(0, 9).mapToObj(number -> newName()).toList();
    names.forEach(name -> store().mark(name, now.plusMillis(1), now));

    fixture.sweep(now, now);

    for (String name : names) {
      assertThat(otherNode().mark(name, now.plusSeconds(9), now)).isFalse();
    }
  }

  private static String newName() {
    return "mark-" + StoreFixture.newId();
  }

  private TokenStore node(int number) {
    return number % 2 == 0 ? store() : otherNode();
  }
}
