package org.tokenfilter.store.tck;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenStore;

/** Brings a broken store to the contract; run by {@link BrokenStoresAreCaughtTest} alone. */
class Examinee extends TokenStoreContract {

  /** The one whose turn it is: the launcher makes the instances and can be handed none. */
  private static volatile @Nullable Defect turn;

  private final Defect.Nodes nodes = Objects.requireNonNull(turn).open(clock());

  static void takeTurn(Defect defect) {
    turn = defect;
  }

  @Override
  public TokenStore store() {
    return nodes.store();
  }

  @Override
  public TokenStore otherNode() {
    return nodes.otherNode();
  }
}
