package org.tokenfilter.store.tck;

import java.util.Optional;
import org.tokenfilter.store.TokenStore;

/** The store under test, provided to the contract by the author of the store. */
public interface StoreUnderTest {

  /** Returns the store; the same object throughout a test. The contract closes it afterwards. */
  TokenStore store();

  /**
   * Returns a second store object on the same data, as on another node, or {@link #store()} itself
   * if the store supports only one node. The contract closes it after the test.
   */
  TokenStore otherNode();

  /**
   * Returns the clock of the test, which the tests move by minutes. It starts at the present time,
   * so that it also suits a store whose own clock (S12) cannot be set.
   */
  SettableClock clock();

  /**
   * Returns a store that cannot reach its data, for instance because its database has a wrong port,
   * or empty to skip the test. The contract closes it after use.
   */
  default Optional<TokenStore> unreachable() {
    return Optional.empty();
  }

  /**
   * Returns a store whose commits are paused until they are released, for instance because its
   * connections wait in {@code commit}, or empty if writes are visible to others at once, as in
   * memory. Its feed of revocations should look back as shortly as possible, since the test waits
   * until a revocation is no longer reported.
   */
  default Optional<PausedCommits> pausedCommits() {
    return Optional.empty();
  }
}
