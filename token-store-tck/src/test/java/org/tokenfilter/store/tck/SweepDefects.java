package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S13. */
final class SweepDefects {

  private SweepDefects() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("s13", "deletes live records", DeletesLive::new),
        Defect.of("s13", "deletes dead records too early", DeletesTooEarly::new),
        Defect.of("s13", "ignores renewals of the deadline", IgnoresRenewals::new),
        Defect.of("s13_sweepersExpire", "checks for expiry, then revokes", ChecksThenRevokes::new),
        Defect.of("s13", "does not name revoked records", OmitsRevoked::new),
        Defect.of("s13", "ignores the limit", IgnoresTheLimit::new),
        Defect.of("s13", "never reports more work", DeniesMoreWork::new),
        Defect.of("s13", "does not revoke expired records", RevokesNothing::new));
  }

  private static final class DeletesLive extends Node {

    DeletesLive(TokenStore data) {
      super(data);
    }

    @Override
    public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
      Instant ever = Instant.parse("9999-12-31T00:00:00Z");
      return delegate().sweep(shard, ever, ever, limit);
    }
  }

  private static final class DeletesTooEarly extends Node {

    DeletesTooEarly(TokenStore data) {
      super(data);
    }

    @Override
    public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
      return delegate().sweep(shard, expiredBefore, expiredBefore, limit);
    }
  }

  /** A node that tracks the first deadline of each record. */
  private abstract static class DeadlineTrackingNode extends Node {

    private final Map<TokenId, Instant> deadlines = new ConcurrentHashMap<>();

    DeadlineTrackingNode(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      InsertResult insertion = delegate().insert(record, limit, now);
      Instant deadline = record.deadline();
      if (deadline != null) {
        deadlines.put(record.id(), deadline);
      }
      return insertion;
    }

    @Override
    public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
      List<TokenId> ended = new ArrayList<>();
      deadlines
          .keySet()
          .removeIf(id -> delegate().find(id).filter(one -> one.revocation() == null).isEmpty());
      deadlines.forEach(
          (id, at) -> {
            if (at.isBefore(expiredBefore) && ended.size() < limit) {
              ended.addAll(
                  revokeIfExpired(id, expiredBefore, Revocation.of(RevocationReason.EXPIRED, at)));
            }
          });
      SweepResult rest = delegate().sweep(shard, expiredBefore, deadBefore, limit);
      ended.addAll(rest.expired());
      return new SweepResult(ended, rest.deleted(), rest.more());
    }

    abstract List<TokenId> revokeIfExpired(
        TokenId id, Instant expiredBefore, Revocation revocation);
  }

  private static final class IgnoresRenewals extends DeadlineTrackingNode {

    IgnoresRenewals(TokenStore data) {
      super(data);
    }

    @Override
    List<TokenId> revokeIfExpired(TokenId id, Instant expiredBefore, Revocation revocation) {
      return delegate().revoke(id, revocation);
    }
  }

  private static final class ChecksThenRevokes extends DeadlineTrackingNode {

    ChecksThenRevokes(TokenStore data) {
      super(data);
    }

    @Override
    List<TokenId> revokeIfExpired(TokenId id, Instant expiredBefore, Revocation revocation) {
      Optional<TokenRecord> expired =
          delegate().find(id).filter(one -> one.expiredAt(expiredBefore.minusMillis(1)));
      Defect.yieldToOtherThreads();
      return expired.isPresent() ? delegate().revoke(id, revocation) : List.of();
    }
  }

  private static final class OmitsRevoked extends Node {

    OmitsRevoked(TokenStore data) {
      super(data);
    }

    @Override
    public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
      SweepResult sweep = delegate().sweep(shard, expiredBefore, deadBefore, limit);
      return new SweepResult(List.of(), sweep.deleted(), sweep.more());
    }
  }

  private static final class IgnoresTheLimit extends Node {

    IgnoresTheLimit(TokenStore data) {
      super(data);
    }

    @Override
    public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
      return delegate().sweep(shard, expiredBefore, deadBefore, Integer.MAX_VALUE);
    }
  }

  private static final class DeniesMoreWork extends Node {

    DeniesMoreWork(TokenStore data) {
      super(data);
    }

    @Override
    public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
      SweepResult sweep = delegate().sweep(shard, expiredBefore, deadBefore, limit);
      return new SweepResult(sweep.expired(), sweep.deleted(), false);
    }
  }

  private static final class RevokesNothing extends Node {

    RevokesNothing(TokenStore data) {
      super(data);
    }

    @Override
    public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
      return delegate().sweep(shard, Instant.EPOCH, deadBefore, limit);
    }
  }
}
