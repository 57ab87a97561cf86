package org.tokenfilter.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenStoreException;

/** Callers whose keys go out together, with questions that the test answers by hand. */
final class MergedCallsTest {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(50);

  private final AtomicLong nanos = new AtomicLong();
  private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
  private final List<Caller> callers = new ArrayList<>();
  private final MergedCalls<Integer, String> calls = withMaxWait(LONG);

  /** A question that waits for its answer, on the thread of the caller that asks it. */
  private record Question(List<Integer> keys, CompletableFuture<String> answer, Thread thread) {}

  /** A caller on a thread of its own. */
  private record Caller(Thread thread, CompletableFuture<String> answer) {
    String get() throws Exception {
      return answer.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    TokenStoreException failure() {
      return (TokenStoreException)
          Objects.requireNonNull(
              catchThrowableOfType(ExecutionException.class, this::get).getCause());
    }
  }

  private MergedCalls<Integer, String> withMaxWait(Duration maxWait) {
    return new MergedCalls<>(
        this::ask, maxWait, "read", maxWait.equals(LONG) ? nanos::get : System::nanoTime);
  }

  private String ask(List<Integer> keys) {
    Question question = new Question(keys, new CompletableFuture<>(), Thread.currentThread());
    questions.add(question);
    try {
      return question.answer().get(LONG.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      throw (RuntimeException) failed.getCause();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TokenStoreException("interrupted", e, true);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void stop() throws Exception {
    callers.forEach(caller -> caller.thread().interrupt());
    for (Caller caller : callers) {
      caller.thread().join(LONG.toMillis());
      assertThat(caller.thread().isAlive()).isFalse();
    }
  }

  /** Starts a caller and waits until it waits for a question. */
  private Caller waitingCaller(int key) {
    return waitingCaller(calls, key);
  }

  private Caller waitingCaller(MergedCalls<Integer, String> target, int key) {
    int before = target.waitingCallers();
    Caller caller = caller(target, key);
    await().until(() -> target.waitingCallers() == before + 1);
    return caller;
  }

  private Caller caller(MergedCalls<Integer, String> target, int key) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                answer.complete(target.ask(key));
              } catch (Throwable failure) {
                answer.completeExceptionally(failure);
              }
            });
    Caller caller = new Caller(thread, answer);
    callers.add(caller);
    thread.start();
    return caller;
  }

  private List<Question> hungQuestions(MergedCalls<Integer, String> target)
      throws InterruptedException {
    List<Question> hung = new ArrayList<>();
    for (int key = 0; key < MergedCalls.MAX_QUESTIONS; key++) {
      caller(target, key);
      hung.add(next());
    }
    return hung;
  }

  private Question next() throws InterruptedException {
    Question question = questions.poll(LONG.toSeconds(), TimeUnit.SECONDS);
    assertThat(question).isNotNull();
    return question;
  }

  @Test
  void loneCallerAsksAtOnceOnItsThread() throws Exception {
    Caller caller = caller(calls, 1);
    Question question = next();

    assertThat(question.thread()).isSameAs(caller.thread());
    assertThat(question.keys()).containsExactly(1);
    question.answer().complete("one");
    assertThat(caller.get()).isEqualTo("one");
  }

  @Test
  void keysThatComeDuringAQuestionGoOutTogether() throws Exception {
    Caller first = caller(calls, 1);
    Question early = next();
    Caller second = waitingCaller(2);
    Caller same = waitingCaller(1);
    Caller again = waitingCaller(2);
    early.answer().complete("early");
    Question late = next();
    late.answer().complete("late");

    assertThat(late.keys()).containsExactly(2, 1);
    assertThat(late.thread()).isSameAs(second.thread());
    assertThat(first.get()).isEqualTo("early");
    assertThat(List.of(second.get(), same.get(), again.get())).containsOnly("late");
    assertThat(questions).isEmpty();
  }

  @Test
  void oneQuestionHasAtMost64KeysInTheOrderOfComing() throws Exception {
    caller(calls, 0);
    Question early = next();
    List<Caller> waiting = new ArrayList<>();
    for (int key = 1; key <= MergedCalls.MAX_KEYS + 2; key++) {
      waiting.add(waitingCaller(key));
    }
    waiting.add(waitingCaller(1));
    early.answer().complete("early");
    Question full = next();
    full.answer().complete("full");
    Question rest = next();
    rest.answer().complete("rest");

    assertThat(full.keys())
        .isEqualTo(
            java.util.stream.IntStream.rangeClosed(1, MergedCalls.MAX_KEYS).boxed().toList());
    assertThat(rest.keys()).containsExactly(MergedCalls.MAX_KEYS + 1, MergedCalls.MAX_KEYS + 2);
    assertThat(waiting.get(MergedCalls.MAX_KEYS + 2).get()).isEqualTo("full");
    assertThat(waiting.get(MergedCalls.MAX_KEYS).get()).isEqualTo("rest");
  }

  @Test
  void aSlowQuestionHoldsUpTheNextOneForTenMillis() throws Exception {
    caller(calls, 1);
    Question slow = next();
    Caller second = waitingCaller(2);
    nanos.addAndGet(MergedCalls.PATIENCE_NANOS - 1);
    Caller third = waitingCaller(3);
    assertThat(questions).isEmpty();
    nanos.addAndGet(1);
    Question beside = next();
    beside.answer().complete("beside");

    assertThat(beside.keys()).containsExactly(2, 3);
    assertThat(List.of(second.get(), third.get())).containsOnly("beside");
    assertThat(slow.answer()).isNotDone();
  }

  @Test
  void atMostFourQuestionsAreInFlight() throws Exception {
    List<Question> slow = new ArrayList<>();
    for (int key = 0; key < MergedCalls.MAX_QUESTIONS; key++) {
      caller(calls, key);
      slow.add(next());
      nanos.addAndGet(MergedCalls.PATIENCE_NANOS);
    }
    Caller fifth = waitingCaller(5);
    nanos.addAndGet(100 * MergedCalls.PATIENCE_NANOS);
    Caller sixth = waitingCaller(6);
    assertThat(questions).isEmpty();

    slow.get(2).answer().complete("third");
    Question next = next();
    next.answer().complete("next");

    assertThat(next.keys()).containsExactly(5, 6);
    assertThat(List.of(fifth.get(), sixth.get())).containsOnly("next");
  }

  @Test
  void failureFailsItsOwnCallersOnly() throws Exception {
    Caller before = caller(calls, 1);
    Question early = next();
    Caller leader = waitingCaller(2);
    Caller sharing = waitingCaller(3);
    early.answer().complete("early");
    Question failing = next();
    Caller after = waitingCaller(2);
    TokenStoreException down = new TokenStoreException("down for long", null, false);
    failing.answer().completeExceptionally(down);
    next().answer().complete("after");

    assertThat(before.get()).isEqualTo("early");
    assertThat(leader.failure()).isSameAs(down);
    assertThat(sharing.failure()).hasCause(down).extracting("retryable").isEqualTo(false);
    assertThat(after.get()).isEqualTo("after");
  }

  @Test
  void retryableFailureIsRetryableForAll() throws Exception {
    caller(calls, 1);
    Question early = next();
    waitingCaller(2);
    Caller sharing = waitingCaller(3);
    early.answer().complete("early");
    next().answer().completeExceptionally(new IllegalStateException("a broken plugin"));

    assertThat(sharing.failure().retryable()).isTrue();
  }

  @Test
  void interruptedLeaderHandsOnAQuestionThatHasNotBegun() throws Exception {
    caller(calls, 1);
    Question early = next();
    Caller leader = waitingCaller(2);
    Caller next = waitingCaller(3);
    leader.thread().interrupt();
    assertThat(leader.failure()).hasMessageStartingWith("interrupted");
    early.answer().complete("early");
    Question question = next();
    question.answer().complete("answered");

    assertThat(question.thread()).isSameAs(next.thread());
    assertThat(next.get()).isEqualTo("answered");
  }

  /** The store gave up because of the interrupt, which concerns no other request. */
  @Test
  void interruptedLeaderHandsOnAQuestionInFlight() throws Exception {
    caller(calls, 1);
    Question early = next();
    Caller leader = waitingCaller(2);
    Caller sharing = waitingCaller(3);
    early.answer().complete("early");
    Question broken = next();
    leader.thread().interrupt();
    Question again = next();
    again.answer().complete("again");

    assertThat(broken.thread()).isSameAs(leader.thread());
    assertThat(again.thread()).isSameAs(sharing.thread());
    assertThat(again.keys()).contains(3);
    assertThat(leader.failure()).hasMessage("interrupted");
    assertThat(sharing.get()).isEqualTo("again");
  }

  @Test
  void interruptFlagIsKept() throws Exception {
    caller(calls, 1);
    Question early = next();
    Thread.currentThread().interrupt();

    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> calls.ask(2));
    assertThat(Thread.interrupted()).isTrue();
    early.answer().complete("early");
    assertThat(calls.waitingCallers()).isZero();
  }

  @Test
  void eachCallerWaitsForABoundedTime() throws Exception {
    MergedCalls<Integer, String> impatient = withMaxWait(SHORT);
    List<Question> hung = hungQuestions(impatient);
    Caller leader = caller(impatient, 5);
    Caller sharing = caller(impatient, 5);

    assertThat(leader.failure()).hasMessage("the read of another request timed out");
    assertThat(sharing.failure().retryable()).isTrue();
    assertThat(impatient.waitingCallers()).isZero();
    hung.forEach(question -> question.answer().complete("late"));
    Caller after = caller(impatient, 6);
    next().answer().complete("after");
    assertThat(after.get()).isEqualTo("after");
  }

  @Test
  void callerOfAHungQuestionWaitsForABoundedTime() throws Exception {
    MergedCalls<Integer, String> impatient = withMaxWait(Duration.ofSeconds(1));
    List<Question> early = hungQuestions(impatient);
    Caller leader = waitingCaller(impatient, 5);
    Caller sharing = waitingCaller(impatient, 5);
    early.get(0).answer().complete("early");
    Question hung = next();

    assertThat(sharing.failure()).hasMessage("the read of another request timed out");
    hung.answer().complete("late");
    assertThat(leader.get()).isEqualTo("late");
  }

  @Test
  void questionWithoutCallersIsNotAsked() throws Exception {
    caller(calls, 1);
    Question early = next();
    Caller gone = waitingCaller(2);
    gone.thread().interrupt();
    assertThat(gone.failure()).isNotNull();
    Caller stays = waitingCaller(3);
    early.answer().complete("early");
    Question question = next();
    question.answer().complete("three");

    assertThat(question.keys()).containsExactly(3);
    assertThat(stays.get()).isEqualTo("three");
  }
}
