package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.Race;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

final class SharedQuestionsTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final int ASKERS = 8;
  private static final int ROUNDS = 10_000;

  private final SharedQuestions questions = new SharedQuestions(Duration.ofSeconds(60), () -> 0);

  /** Who asks again needs a younger one: the old one must not use up his tries. */
  @Test
  void whoHasHadAnAnswerIsNotGivenItAgain() throws Exception {
    List<Integer> twice =
        Race.of(
            ASKERS,
            number -> {
              int again = 0;
              @Nullable Standing before = null;
              for (int i = 0; i < ROUNDS; i++) {
                Standing answer = questions.ask("alice", SharedQuestionsTest::answer);
                again += answer == before ? 1 : 0;
                before = answer;
              }
              return again;
            });

    assertThat(twice).hasSize(ASKERS).containsOnly(0);
  }

  private static Standing answer() {
    TokenRecord record =
        TokenRecord.builder(TokenId.of(new byte[TokenId.LENGTH]), TokenKind.OPEN, "alice", NOW)
            .build();
    return new Standing(new Freshness.Mark(0, NOW), record, Set.of());
  }
}
