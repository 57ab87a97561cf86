package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S8 to S10. */
final class RevocationDefects {

  private static final int ALL = 1_000;

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
        Defect.of("s09", "forgets children", ForgetsChildren::new),
        Defect.of("s10", "revokes excepted records", RevokesExcepted::new),
        Defect.of("s10", "misses records of a node whose clock is ahead", MissesClockAhead::new),
        Defect.of("s10", "revokes younger records", RevokesYounger::new),
        Defect.of("s10", "revokes more than the limit", ExceedsTheLimit::new));
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

  private static final class RevokesExcepted extends Node {

    RevokesExcepted(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      return delegate().revokeAll(new Selection(selection.subject(), Set.of()), revocation, limit);
    }
  }

  private static final class MissesClockAhead extends Node {

    MissesClockAhead(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      Set<TokenId> except = new HashSet<>(selection.except());
      delegate().list(selection.subject(), Instant.EPOCH, null, ALL).stream()
          .filter(one -> one.issuedAt().isAfter(revocation.at()))
          .forEach(one -> except.add(one.id()));
      return delegate().revokeAll(new Selection(selection.subject(), except), revocation, limit);
    }
  }

  private static final class RevokesYounger extends Node {

    RevokesYounger(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      return delegate().list(selection.subject(), Instant.EPOCH, null, ALL).stream()
          .map(TokenRecord::id)
          .filter(id -> !selection.except().contains(id))
          .limit(limit)
          .flatMap(id -> delegate().revoke(id, revocation).stream())
          .toList();
    }
  }

  private static final class ExceedsTheLimit extends Node {

    ExceedsTheLimit(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
      return delegate().revokeAll(selection, revocation, limit + 1);
    }
  }
}
