package org.tokenfilter.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.Records.id;
import static org.tokenfilter.store.Records.lasting;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;

/** Races of many threads whose calls start at one barrier. */
class InMemoryTokenStoreRaceTest {

  private static final int THREADS = 16;

  private final Instant now = new SettableClock().instant();
  private final TokenStore store = new InMemoryTokenStore();
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @RepeatedTest(20)
  void s01_limitHoldsAgainstConcurrentInsertions() throws Exception {
    Limit five = new Limit(5, Limit.Policy.REJECT);

    List<InsertResult> insertions =
        race(number -> store.insert(lasting(number, now).group("g").build(), five, now));

    assertThat(insertions)
        .filteredOn(insertion -> insertion.outcome() == InsertResult.Outcome.INSERTED)
        .hasSize(5);
    assertThat(store.list("alice", now, null, THREADS)).hasSize(5);
  }

  @RepeatedTest(20)
  void s07_exactlyOneConcurrentReplacementWins() throws Exception {
    store.insert(lasting(99, now).build(), Limit.NONE, now);

    List<Boolean> won =
        race(number -> store.replace(id(99), 0, lasting(number, now).build(), Limit.NONE, now));

    assertThat(won).containsOnlyOnce(true);
    assertThat(store.list("alice", now, null, THREADS)).hasSize(1);
  }

  @RepeatedTest(20)
  void s09_noChildIsLiveOnceItsParentIsRevoked() throws Exception {
    store.insert(lasting(99, now).build(), Limit.NONE, now);

    race(
        number -> {
          if (number == 0) {
            return store.revoke(id(99), Revocation.of(RevocationReason.CLOSED, now)).size();
          }
          TokenRecord child = lasting(number, now).parent(id(99)).build();
          store.insert(child, Limit.NONE, now);
          boolean parentLive = store.find(id(99)).orElseThrow().liveAt(now);
          boolean childLive = store.find(child.id()).filter(found -> found.liveAt(now)).isPresent();
          assertThat(parentLive || !childLive).isTrue();
          return 0;
        });

    assertThat(store.list("alice", now, null, THREADS)).isEmpty();
  }

  private <T> List<T> race(Call<T> call) throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(THREADS);
    List<Callable<T>> calls =
        IntStream.range(0, THREADS)
            .<Callable<T>>mapToObj(
                number ->
                    () -> {
                      barrier.await(30, TimeUnit.SECONDS);
                      return call.run(number);
                    })
            .toList();
    List<T> answers = new ArrayList<>();
    for (Future<T> answer : threads.invokeAll(calls)) {
      answers.add(answer.get());
    }
    return answers;
  }

  private interface Call<T> {
    T run(int number);
  }
}
