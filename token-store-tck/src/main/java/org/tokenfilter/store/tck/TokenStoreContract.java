package org.tokenfilter.store.tck;

import org.junit.jupiter.api.AfterEach;

/**
 * The clauses S1 to S18 of {@link org.tokenfilter.store.TokenStore} as tests, each named by its
 * clause. A store's own test extends this class and brings the store:
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
 * <p>Each test has a new instance, so each has new store objects. The data may stay from test to
 * test and need not be empty, for every test makes ids, subjects and groups of its own; but nobody
 * else may need it, for the tests sweep it. Dead records must be kept for five minutes at least.
 * Nothing sleeps but where a commit is {@link #heldBack()}; races start at a barrier and are
 * repeated.
 *
 * <p>What a black box cannot show, and so is not tested here:
 *
 * <ul>
 *   <li>S5, S13: the number of round trips, that a sweep which finds nothing is cheap, and that it
 *       never holds up renewals. A benchmark on much data shows it.
 *   <li>S12: a write that commits late, where there is no {@link #heldBack()}, and the store's
 *       clock going wrong. Needs a hand inside.
 *   <li>S13: that renewals do not move the store's mark. Only the cost tells.
 *   <li>S14: that what the store did not open stays open. Only who opened it can look; shown here
 *       is that another node does not notice.
 *   <li>S16: an answer lost on its way, a call that hangs. Needs a proxy between the store and its
 *       data; shown here is a closed store, and an {@link #unreachable()} one where it is given.
 *   <li>S17: that hints arrive, since they may be lost.
 *   <li>S18: threads and randomness that no caller can notice.
 * </ul>
 */
public abstract class TokenStoreContract
    implements InsertionClauses,
        EvictionClauses,
        ReadingClauses,
        RenewalClauses,
        ReplacementClauses,
        EndingClauses,
        EndFeedClauses,
        SweepClauses,
        FidelityClauses,
        TextClauses,
        LifecycleClauses,
        InsertionRaceClauses,
        RecordRaceClauses,
        SweepRaceClauses {

  private final SettableClock clock = new SettableClock();

  /** For the tests of one store. */
  protected TokenStoreContract() {}

  @Override
  public final SettableClock clock() {
    return clock;
  }

  /** Closes both nodes, also where a test has closed one: closing is idempotent (S14). */
  @AfterEach
  final void closeStores() {
    store().close();
    if (otherNode() != store()) {
      otherNode().close();
    }
  }
}
