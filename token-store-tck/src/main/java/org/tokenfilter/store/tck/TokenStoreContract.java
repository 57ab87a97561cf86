package org.tokenfilter.store.tck;

import org.junit.jupiter.api.AfterEach;

/**
 * The contract of {@link org.tokenfilter.store.TokenStore} as tests, each named by its clause, S1
 * to S18. The test of a store extends this class and provides the store:
 *
 * <pre>{@code
 * class MyStoreTest extends TokenStoreContract {
 *
 *   private final TokenStore store = new MyStore(DATABASE);
 *   private final TokenStore otherNode = new MyStore(DATABASE);
 *
 *   @Override
 *   public TokenStore store() {
 *     return store;
 *   }
 *
 *   @Override
 *   public TokenStore otherNode() {
 *     return otherNode;
 *   }
 * }
 * }</pre>
 *
 * <p>Each test runs in a new instance with new store objects. The data may be kept between tests
 * and need not be empty, since each test uses its own ids, subjects and groups. The data must not
 * be used by anything else, since the tests sweep it. Dead records must be kept for at least five
 * minutes. The tests do not sleep, except the one that needs {@link #pausedCommits()}. Races start
 * at a barrier and are repeated: ten times, or as often as the system property {@code
 * token-store-tck.rounds} says.
 *
 * <p>The following cannot be observed from outside and is not tested here:
 *
 * <ul>
 *   <li>S5, S13: the number of round trips, the low cost of a sweep without due records, and that a
 *       sweep never blocks renewals. Use a benchmark on a large amount of data.
 *   <li>S12: a write that is committed late, if {@link #pausedCommits()} is empty, and errors of
 *       the store's clock. Both need access to the store's internals.
 *   <li>S13: that renewals do not move the times of the next visits. Only the cost shows it.
 *   <li>S14: that resources which the store did not open stay open. Only their owner can check
 *       this; the contract checks that another node is not affected.
 *   <li>S16: lost answers and hanging calls. Both need a proxy between the store and its data; the
 *       contract checks a closed store, and an {@link #unreachable()} one if it is provided.
 *   <li>S17: that notifications arrive, since they may be lost.
 *   <li>S18: threads and randomness that no caller can notice.
 * </ul>
 */
public abstract class TokenStoreContract
    implements InsertionClauses,
        EvictionClauses,
        ReadingClauses,
        RenewalClauses,
        ReplacementClauses,
        RevocationClauses,
        RevocationFeedClauses,
        SweepClauses,
        FidelityClauses,
        TextClauses,
        StoreLifecycleClauses,
        InsertionRaceClauses,
        RecordRaceClauses,
        SweepRaceClauses {

  private final SettableClock clock = new SettableClock();

  /** Creates an instance for one test. */
  protected TokenStoreContract() {}

  @Override
  public final SettableClock clock() {
    return clock;
  }

  /** Closes both nodes, even if a test has closed one, since closing is idempotent (S14). */
  @AfterEach
  final void closeStores() {
    store().close();
    if (otherNode() != store()) {
      otherNode().close();
    }
  }
}
