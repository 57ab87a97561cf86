package org.tokenfilter.store.tck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The contract of {@link org.tokenfilter.store.TokenStore} as tests, each named by its clause, S1
 * to S22. The test of a store extends this class and provides the store:
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
 * minutes. The tests wait for nothing but other threads, except those that need a hook below. Races
 * start at a barrier and are repeated: ten times, or as often as the system property {@code
 * token-store-tck.rounds} says.
 *
 * <p>Some tests need more of the author than two stores, and are skipped without it: {@link
 * #unreachable()}, {@link #hold()}, {@link #hold(int)}, {@link #pausedCommits()} and {@link
 * #damage}. A class of which every test is skipped fails.
 *
 * <p>A failure begins with its clause, the sentence of this clause, and the usual cause; records
 * are compared by component, and only components that differ are named.
 *
 * <p>The following cannot be observed from outside and is not tested here:
 *
 * <ul>
 *   <li>S5, S13, S20: the number of round trips, the low cost of a sweep without due records, and
 *       that a sweep never blocks renewals. Use a benchmark on a large amount of data.
 *   <li>S12: the time for which changes are kept, cursors of another life of the data, and errors
 *       of the store's clock. All need access to the store's internals.
 *   <li>S13: that renewals do not move the times of the next visits. Only the cost shows it.
 *   <li>S14: that resources which the store did not open stay open. Only their owner can check
 *       this; the contract checks that another node is not affected.
 *   <li>S16: lost answers. They need a proxy between the store and its data.
 *   <li>S17: that notifications arrive, since they may be lost.
 *   <li>S18: threads and randomness that no caller can notice.
 *   <li>S22: that ended marks are forgotten. Only the size of the data shows it.
 * </ul>
 */
@ExtendWith(ClauseReport.class)
public abstract class TokenStoreContract
    implements InsertionClauses,
        EvictionClauses,
        ReadingClauses,
        FindClauses,
        RenewalClauses,
        AmendmentClauses,
        ReplacementClauses,
        RevocationClauses,
        SelectionClauses,
        ChangesClauses,
        ChangePagesClauses,
        LateCommitClauses,
        SweepClauses,
        FidelityClauses,
        DetailsClauses,
        TextClauses,
        MarkClauses,
        ShardClauses,
        StoreLifecycleClauses,
        FailureClauses,
        InsertionRaceClauses,
        RecordRaceClauses,
        AmendmentRaceClauses,
        SelectionRaceClauses,
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
