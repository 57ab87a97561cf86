package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S7. */
final class ReplacementDefects {

  private ReplacementDefects() {}

  static List<Defect> all() {
    return List.of(
        Defect.of(
            "s07_oneOfManyReplacementsWins",
            "checks, then replaces: two callers win",
            ChecksThenReplaces::new),
        Defect.of(
            "s07", "revokes before it finds the successor's id taken", RevokesBeforeInserting::new),
        Defect.of("s07", "ignores the version", IgnoresTheVersion::new),
        Defect.of("s07", "ignores the limit", IgnoresTheLimit::new),
        Defect.of("s07", "counts the replaced record as well", CountsTheReplaced::new),
        Defect.of("s07", "takes a successor of another subject", TakesAnyone::new),
        Defect.of("s07", "replaces expired records", ReplacesExpired::new),
        Defect.of("s07", "forgets the successor's group", ForgetsGroup::new));
  }

  private static final class ChecksThenReplaces extends Node {

    ChecksThenReplaces(TokenStore data) {
      super(data);
    }

    @Override
    public boolean replace(
        TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
      if (delegate().find(id).filter(one -> one.liveAt(now)).isEmpty()) {
        return false;
      }
      Defect.yieldToOtherThreads();
      delegate().insert(successor, Limit.NONE, now);
      delegate().revoke(id, new Revocation(now, RevocationReason.REPLACED, successor.id()));
      return true;
    }
  }

  private static final class RevokesBeforeInserting extends Node {

    RevokesBeforeInserting(TokenStore data) {
      super(data);
    }

    @Override
    public boolean replace(
        TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
      if (delegate().find(successor.id()).isPresent()) {
        delegate().revoke(id, new Revocation(now, RevocationReason.REPLACED, successor.id()));
        throw new DuplicateTokenException(successor.id());
      }
      return delegate().replace(id, version, successor, limit, now);
    }
  }

  private static final class IgnoresTheVersion extends Node {

    IgnoresTheVersion(TokenStore data) {
      super(data);
    }

    @Override
    public boolean replace(
        TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
      long current = delegate().find(id).map(TokenRecord::version).orElse(version);
      return delegate().replace(id, current, successor, limit, now);
    }
  }

  private static final class IgnoresTheLimit extends Node {

    IgnoresTheLimit(TokenStore data) {
      super(data);
    }

    @Override
    public boolean replace(
        TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
      return delegate().replace(id, version, successor, Limit.NONE, now);
    }
  }

  private static final class CountsTheReplaced extends Node {

    CountsTheReplaced(TokenStore data) {
      super(data);
    }

    @Override
    public boolean replace(
        TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
      return limit.max() > 1
          && delegate()
              .replace(id, version, successor, new Limit(limit.max() - 1, limit.policy()), now);
    }
  }

  private static final class TakesAnyone extends Node {

    TakesAnyone(TokenStore data) {
      super(data);
    }

    @Override
    public boolean replace(
        TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
      Optional<TokenRecord> old = delegate().find(id);
      if (old.isEmpty() || old.get().subject().equals(successor.subject())) {
        return delegate().replace(id, version, successor, limit, now);
      }
      delegate().insert(successor, Limit.NONE, now);
      delegate().revoke(id, new Revocation(now, RevocationReason.REPLACED, successor.id()));
      return true;
    }
  }

  private static final class ReplacesExpired extends Node {

    ReplacesExpired(TokenStore data) {
      super(data);
    }

    @Override
    public boolean replace(
        TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
      return delegate().replace(id, version, successor, limit, Instant.EPOCH);
    }
  }

  /** Does not count successors as members of their group. */
  private static final class ForgetsGroup extends Node {

    private final AtomicInteger forgotten = new AtomicInteger();

    ForgetsGroup(TokenStore data) {
      super(data);
    }

    @Override
    public boolean replace(
        TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
      boolean replaced = delegate().replace(id, version, successor, limit, now);
      forgotten.addAndGet(replaced ? 1 : 0);
      return replaced;
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      int most = (int) Math.min(Integer.MAX_VALUE, (long) limit.max() + forgotten.get());
      return delegate().insert(record, new Limit(most, limit.policy()), now);
    }
  }
}
