package org.tokenfilter.store.tck;

import java.util.Optional;
import org.tokenfilter.store.TokenStore;

/** What the contract asks of whoever brings a store. */
public interface StoreUnderTest {

  /** The store, the same object throughout a test. The contract closes it after the test. */
  TokenStore store();

  /**
   * A second store object on the same data, as another node would have it; {@link #store()} itself
   * where there is but one node. The contract closes it after the test.
   */
  TokenStore otherNode();

  /**
   * The time of the test, which moves by minutes. It starts at the present, so that a store whose
   * own clock (S12) cannot be set may keep that.
   */
  SettableClock clock();

  /**
   * A store whose data cannot be reached, such as one whose database listens at no port; empty
   * where there is no such thing. The contract closes it after use.
   */
  default Optional<TokenStore> unreachable() {
    return Optional.empty();
  }

  /**
   * A store whose commits are held back until they are released, such as one whose connections wait
   * in {@code commit}; empty where a write is seen by others at the moment at which it is done, as
   * in memory. It should look back as shortly as it can: the test waits until it no longer names
   * what ended before.
   */
  default Optional<HeldBack> heldBack() {
    return Optional.empty();
  }
}
