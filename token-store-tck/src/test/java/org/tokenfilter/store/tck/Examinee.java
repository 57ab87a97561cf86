package org.tokenfilter.store.tck;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenStore;

/** The contract for a defective store; run only by {@link BrokenStoresAreCaughtTest}. */
class Examinee extends TokenStoreContract {

  /** The defect under test; static because the launcher creates the instances itself. */
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
