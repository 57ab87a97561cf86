package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.ForwardingTokenStore;
import org.tokenfilter.testsupport.Race;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;

/** Many requests that need the store at once, with and without a memory. */
final class MergedReadsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ServiceFixture fixture = new ServiceFixture();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** A store that can hold its questions up, and in which some records cannot be read. */
  private static final class HeldStore extends ForwardingTokenStore {
    final List<Set<TokenId>> questions = new ArrayList<>();
    final Phaser gate = new Phaser(1);
    volatile Set<TokenId> damaged = Set.of();
    volatile boolean held;
    volatile Runnable beforeAnswer = () -> {};

    HeldStore(TokenStore store) {
      super(store);
    }

    @Override
    public FindResult find(Collection<TokenId> ids) {
      synchronized (questions) {
        questions.add(Set.copyOf(ids));
      }
      if (held) {
        gate.awaitAdvance(0);
      }
      FindResult found = super.find(ids);
      beforeAnswer.run();
      Set<TokenId> unreadable = new java.util.HashSet<>(ids);
      unreadable.retainAll(damaged);
      return new FindResult(found.records(), unreadable);
    }

    int asked() {
      synchronized (questions) {
        return questions.size();
      }
    }
  }

  private final HeldStore store = new HeldStore(fixture.memory);

  @AfterEach
  void stop() {
    store.gate.forceTermination();
    threads.shutdownNow();
  }

  private TestNode node(String lag) {
    return new TestNode(fixture, store, Duration.parse(lag)).polled();
  }

  private List<Future<ActiveToken>> validateAll(TestNode node, List<IssuedToken> tokens)
      throws Exception {
    List<Future<ActiveToken>> answers = new ArrayList<>();
    store.held = true;
    for (IssuedToken token : tokens) {
      answers.add(threads.submit(() -> node.validate(token)));
    }
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> store.asked() + parked() == tokens.size());
    store.held = false;
    store.gate.arrive();
    return answers;
  }

  /** Returns the number of threads that wait for the question of another one, or to begin. */
  private static long parked() {
    return Thread.getAllStackTraces().values().stream()
        .filter(stack -> stack.length > 0 && stack[0].getMethodName().startsWith("park"))
        .filter(
            stack ->
                java.util.Arrays.stream(stack)
                    .anyMatch(frame -> frame.getClassName().endsWith(".MergedCalls")))
        .filter(
            stack ->
                java.util.Arrays.stream(stack)
                    .noneMatch(frame -> frame.getClassName().endsWith("HeldStore")))
        .count();
  }

  private static List<ActiveToken> get(List<Future<ActiveToken>> answers) throws Exception {
    List<ActiveToken> all = new ArrayList<>();
    for (Future<ActiveToken> answer : answers) {
      all.add(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT1S"})
  void requestsThatComeTogetherShareAFewQuestions(String lag) throws Exception {
    TestNode node = node(lag);
    List<IssuedToken> tokens = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      tokens.add(fixture.issueOpen(Duration.ZERO));
    }

    List<ActiveToken> answers = get(validateAll(node, tokens));

    assertThat(answers.stream().map(token -> token.record().id()).toList())
        .isEqualTo(tokens.stream().map(token -> token.record().id()).toList());
    // Up to four that hang, and one for all the others.
    assertThat(store.asked()).isBetween(2, 5);
    assertThat(node.service.cachedTokens()).isEqualTo(lag.equals("PT0S") ? 0 : 30);
  }

  @Test
  void unreadableRecordFailsItsOwnRequestOnly() throws Exception {
    TestNode node = node("PT1S");
    List<IssuedToken> tokens = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      tokens.add(fixture.issueOpen(Duration.ZERO));
    }
    store.damaged = Set.of(tokens.get(8).record().id());

    List<Future<ActiveToken>> answers = validateAll(node, tokens);
    Future<ActiveToken> failing = answers.remove(8);

    assertThat(get(answers)).hasSize(9);
    assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
        .isThrownBy(() -> failing.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .withCauseInstanceOf(TokenStoreException.class)
        .withMessageContaining("cannot be read");
  }

  /** The revocation is heard after the store has looked and before its answer is here. */
  @Test
  void recordRevokedDuringAQuestionIsNotCached() throws Exception {
    TestNode node = node("PT1S");
    IssuedToken token = fixture.issueOpen(Duration.ZERO);
    AtomicInteger once = new AtomicInteger();
    store.beforeAnswer =
        () -> {
          if (once.getAndIncrement() == 0) {
            fixture.service.revoke(token.record().id());
            node.service.pollRevocations();
          }
        };
    var unused = org.assertj.core.api.Assertions.catchThrowable(() -> node.validate(token));

    assertThat(node.service.cachedTokens()).isZero();
  }

  /** What was acknowledged before a request is seen by it, however many requests there are. */
  @Test
  void requestSeesWhatWasWrittenBefore() throws Exception {
    TestNode node = node("PT0S");
    IssuedToken token = fixture.issueOpen(Duration.ZERO);
    TokenId id = token.record().id();
    AtomicInteger written = new AtomicInteger();
    List<Integer> stale =
        Race.of(
            8,
            number -> {
              int late = 0;
              for (int i = 0; i < 300; i++) {
                if (number == 0) {
                  fixture.service.sessions().setRoles(id, Set.of("r" + (i + 1)));
                  written.set(i + 1);
                } else {
                  int before = written.get();
                  String role = node.validate(token).roles().stream().findAny().orElse("r0");
                  int seen = role.startsWith("r") ? Integer.parseInt(role.substring(1)) : 0;
                  late += before > 0 && seen < before ? 1 : 0;
                }
              }
              return late;
            });

    assertThat(stale).containsOnly(0);
    assertThat(written).hasValue(300);
  }
}
