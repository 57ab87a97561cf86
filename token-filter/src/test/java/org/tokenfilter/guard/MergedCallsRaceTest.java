package org.tokenfilter.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.testsupport.Race;

/** Many callers of merged calls at once, with answers that tell when their question began. */
final class MergedCallsRaceTest {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int CALLERS = 16;
  private static final int ROUNDS = 2_000;

  private final AtomicLong time = new AtomicLong();
  private final AtomicInteger questions = new AtomicInteger();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger mostInFlight = new AtomicInteger();
  private final AtomicInteger mostKeys = new AtomicInteger();

  /** An answer, with the time at which its question began. */
  private record Answer(long began, Set<Integer> keys) {}

  private Answer ask(List<Integer> keys) {
    long began = time.incrementAndGet();
    questions.incrementAndGet();
    mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
    mostKeys.accumulateAndGet(keys.size(), Math::max);
    Thread.onSpinWait();
    inFlight.decrementAndGet();
    return new Answer(began, new HashSet<>(keys));
  }

  private static boolean answers(Answer answer, int key, long came) {
    return answer.began() > came && answer.keys().contains(key);
  }

  /** The keys are one that all share, a few that some share, or many that hardly any share. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 1_000})
  void noAnswerIsOlderThanItsRequestOrOfOtherKeys(int keys) throws Exception {
    MergedCalls<Integer, Answer> calls =
        new MergedCalls<>(this::ask, LONG, "read", System::nanoTime);
    List<Integer> wrong =
        Race.of(
            CALLERS,
            number -> {
              SplittableRandom random = new SplittableRandom(number);
              int bad = 0;
              for (int i = 0; i < ROUNDS; i++) {
                int key = random.nextInt(keys);
                long came = time.incrementAndGet();
                bad += answers(calls.ask(key), key, came) ? 0 : 1;
              }
              return bad;
            });

    assertThat(wrong).hasSize(CALLERS).containsOnly(0);
    assertThat(questions.get()).isLessThanOrEqualTo(CALLERS * ROUNDS);
    assertThat(mostInFlight.get()).isLessThanOrEqualTo(MergedCalls.MAX_QUESTIONS);
    assertThat(mostKeys.get()).isLessThanOrEqualTo(Math.min(keys, CALLERS));
    assertThat(calls.waitingCallers()).isZero();
  }

  /** Some questions fail, some callers are interrupted, and some are out of patience. */
  @Test
  void everyCallerIsAnsweredOrFailsAndNothingIsLeft() throws Exception {
    SplittableRandom faults = new SplittableRandom(7);
    AtomicLong now = new AtomicLong();
    MergedCalls<Integer, Answer> calls =
        new MergedCalls<>(
            keys -> {
              int fault;
              synchronized (faults) {
                fault = faults.nextInt(20);
              }
              Answer answer = ask(keys);
              if (fault == 0) {
                throw new TokenStoreException("down", null, true);
              }
              if (fault == 1 && Thread.currentThread().isInterrupted()) {
                throw new TokenStoreException("interrupted", null, true);
              }
              now.addAndGet(fault == 2 ? MergedCalls.PATIENCE_NANOS : 1);
              return answer;
            },
            Duration.ofMillis(200),
            "read",
            now::get);
    List<int[]> counts =
        Race.of(
            CALLERS,
            number -> {
              SplittableRandom random = new SplittableRandom(number);
              int[] outcomes = new int[3];
              for (int i = 0; i < ROUNDS; i++) {
                int key = random.nextInt(50);
                if (random.nextInt(10) == 0) {
                  Thread.currentThread().interrupt();
                }
                long came = time.incrementAndGet();
                try {
                  outcomes[answers(calls.ask(key), key, came) ? 0 : 1]++;
                } catch (TokenStoreException failed) {
                  outcomes[2]++;
                }
                var unused = Thread.interrupted();
              }
              return outcomes;
            });

    assertThat(counts).allSatisfy(outcomes -> assertThat(outcomes[1]).isZero());
    assertThat(counts.stream().mapToInt(outcomes -> outcomes[0]).sum()).isPositive();
    assertThat(counts.stream().mapToInt(outcomes -> outcomes[2]).sum()).isPositive();
    assertThat(counts.stream().mapToInt(outcomes -> outcomes[0] + outcomes[2]).sum())
        .isEqualTo(CALLERS * ROUNDS);
    assertThat(mostInFlight.get()).isLessThanOrEqualTo(MergedCalls.MAX_QUESTIONS);
    assertThat(inFlight).hasValue(0);
    assertThat(calls.waitingCallers()).isZero();
  }
}
