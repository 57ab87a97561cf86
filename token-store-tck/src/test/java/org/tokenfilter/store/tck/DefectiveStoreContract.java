package org.tokenfilter.store.tck;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenStore;

/** The contract for a defective store; run only by {@link DefectiveStoresTest}. */
class DefectiveStoreContract extends TokenStoreContract {

  /** The defect under test; static because the launcher creates the instances itself. */
  private static volatile @Nullable Defect selected;

  private final Defect.Nodes nodes = Objects.requireNonNull(selected).open(clock());

  static void select(Defect defect) {
    selected = defect;
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
