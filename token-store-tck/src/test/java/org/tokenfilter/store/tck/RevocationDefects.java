package org.tokenfilter.store.tck;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S8 and S9. */
final class RevocationDefects {

  private RevocationDefects() {}

  static List<Defect> all() {
    return List.of(
        Defect.of(
            "s08_oneOfManyRevocationsWins",
            "checks, then revokes: two callers win",
            ChecksThenRevokes::new),
        Defect.of("s08", "reports an earlier revocation again", ReportsTwice::new),
        Defect.of("s08", "lets the last revocation win", LastRevocationWins::new),
        Defect.of("s08", "does not revoke expired records", RevokesOnlyLive::new),
        Defect.of("s09", "forgets children", ForgetsChildren::new));
  }

  private static final class ChecksThenRevokes extends Node {

    ChecksThenRevokes(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revoke(TokenId id, Revocation revocation) {
      boolean ended = delegate().find(id).filter(one -> one.revocation() == null).isEmpty();
      Defect.yieldToOtherThreads();
      List<TokenId> ids = delegate().revoke(id, revocation);
      return ended || !ids.isEmpty() ? ids : List.of(id);
    }
  }

  private static final class ReportsTwice extends Node {

    ReportsTwice(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revoke(TokenId id, Revocation revocation) {
      List<TokenId> ended = delegate().revoke(id, revocation);
      return ended.isEmpty() && delegate().find(id).isPresent() ? List.of(id) : ended;
    }
  }

  private static final class LastRevocationWins extends Node {

    private final Map<TokenId, Revocation> last = new ConcurrentHashMap<>();

    LastRevocationWins(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revoke(TokenId id, Revocation revocation) {
      last.put(id, revocation);
      return delegate().revoke(id, revocation);
    }

    @Override
    public Optional<TokenRecord> find(TokenId id) {
      Revocation revocation = last.get(id);
      return delegate()
          .find(id)
          .map(one -> revocation == null ? one : one.toBuilder().revocation(revocation).build());
    }
  }

  private static final class RevokesOnlyLive extends Node {

    RevokesOnlyLive(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revoke(TokenId id, Revocation revocation) {
      return delegate().find(id).filter(one -> one.expiredAt(revocation.at())).isPresent()
          ? List.of()
          : delegate().revoke(id, revocation);
    }
  }

  private static final class ForgetsChildren extends AlteringNode {

    ForgetsChildren(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revoke(TokenId id, Revocation revocation) {
      List<TokenId> ended = delegate().revoke(id, revocation);
      ended.stream()
          .skip(1)
          .map(child -> delegate().find(child).orElseThrow())
          .forEach(child -> alter(child.toBuilder().revocation(null).build()));
      return ended.stream().limit(1).toList();
    }
  }
}
