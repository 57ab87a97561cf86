package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;

/** Violations of S16 while the data is busy. */
final class FailureDefects {

  private FailureDefects() {}

  static List<Defect> all() {
    return List.of(
        Defect.of(
            "s16_heldStore",
            "finds nothing while the data is busy",
            LifecycleDefects.FindsNothing::new),
        Defect.of("s16_heldStore", "revokes nothing while the data is busy", RevokesNothing::new),
        Defect.of("s16_heldStore", "renews nothing while the data is busy", RenewsNothing::new),
        Defect.of("s16_heldStore", "tries again without an end", TriesWithoutEnd::new));
  }

  private static final class RevokesNothing extends Node {

    RevokesNothing(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revoke(TokenId id, Revocation revocation) {
      try {
        return delegate().revoke(id, revocation);
      } catch (TokenStoreException busy) {
        return List.of();
      }
    }
  }

  private static final class RenewsNothing extends Node {

    RenewsNothing(TokenStore data) {
      super(data);
    }

    @Override
    public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
      try {
        return delegate().renew(renewals, now);
      } catch (TokenStoreException busy) {
        return renewals.stream().map(Renewal::id).collect(Collectors.toSet());
      }
    }
  }

  private static final class TriesWithoutEnd extends Node {

    TriesWithoutEnd(TokenStore data) {
      super(data);
    }

    @Override
    protected <T> T execute(Call call, Supplier<T> effect) {
      while (true) {
        try {
          return effect.get();
        } catch (TokenStoreException busy) {
          if (!busy.retryable() || Thread.currentThread().isInterrupted()) {
            throw busy;
          }
        }
      }
    }
  }
}
