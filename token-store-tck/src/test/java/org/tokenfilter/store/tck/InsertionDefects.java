package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S1 and S2. */
final class InsertionDefects {

  private InsertionDefects() {}

  static List<Defect> all() {
    return List.of(
        Defect.of(
            "s01_limitHoldsAgainstConcurrentInsertions",
            "counts, then inserts",
            CountsThenInserts::new),
        Defect.of("s01", "counts dead records", CountsDead::new),
        Defect.of(
            "s01",
            "evicts the youngest",
            data -> new Evicts(data, Comparator.comparing(PageCursor::of).reversed(), 0)),
        Defect.of(
            "s01",
            "evicts one too few",
            data -> new Evicts(data, Comparator.comparing(PageCursor::of), -1)),
        Defect.of(
            "s01",
            "evicts the higher of two ids",
            data ->
                new Evicts(
                    data,
                    Comparator.comparing(TokenRecord::issuedAt)
                        .thenComparing(TokenRecord::id, Comparator.reverseOrder()),
                    0)),
        Defect.of("s01", "does not name evicted records", OmitsEvicted::new),
        Defect.of("s01", "compares groups without their subjects", ComparesGroupsOnly::new),
        Defect.of("s01", "takes a child of another subject", TakesAnyChild::new),
        Defect.of("s01", "inserts under a dead parent", IgnoresParent::new),
        Defect.of(
            "s09_noChildSlipsIn", "checks the parent, then inserts", ChecksParentThenInserts::new),
        Defect.of("s02", "overwrites the record with the same id", Overwrites::new));
  }

  /** A node that tracks the members of each group. */
  private abstract static class GroupTrackingNode extends Node {

    private final Map<String, Queue<TokenId>> groups = new ConcurrentHashMap<>();

    GroupTrackingNode(TokenStore data) {
      super(data);
    }

    List<TokenRecord> group(TokenRecord record) {
      return members(record).stream()
          .map(id -> delegate().find(id))
          .flatMap(Optional::stream)
          .toList();
    }

    List<TokenRecord> liveInGroup(TokenRecord record, Instant now) {
      return group(record).stream().filter(other -> other.liveAt(now)).toList();
    }

    InsertResult insertUncounted(TokenRecord record, Instant now) {
      InsertResult insertion = delegate().insert(record, Limit.NONE, now);
      members(record).add(record.id());
      return insertion;
    }

    private Queue<TokenId> members(TokenRecord record) {
      return groups.computeIfAbsent(
          String.valueOf(record.group()), group -> new ConcurrentLinkedQueue<>());
    }
  }

  private static final class CountsThenInserts extends GroupTrackingNode {

    CountsThenInserts(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      if (record.group() == null || limit.policy() == Limit.Policy.EVICT_OLDEST) {
        return delegate().insert(record, limit, now);
      }
      if (liveInGroup(record, now).size() >= limit.max()) {
        return InsertResult.of(InsertResult.Outcome.GROUP_FULL);
      }
      Defect.yieldToOtherThreads();
      return insertUncounted(record, now);
    }
  }

  private static final class CountsDead extends GroupTrackingNode {

    CountsDead(TokenStore data) {
      super(data);
    }

    @Override
    public synchronized InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      if (record.group() == null || limit.policy() == Limit.Policy.EVICT_OLDEST) {
        return delegate().insert(record, limit, now);
      }
      return group(record).size() < limit.max()
          ? insertUncounted(record, now)
          : InsertResult.of(InsertResult.Outcome.GROUP_FULL);
    }
  }

  private static final class ComparesGroupsOnly extends GroupTrackingNode {

    ComparesGroupsOnly(TokenStore data) {
      super(data);
    }

    @Override
    public synchronized InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      if (record.group() == null || limit.policy() == Limit.Policy.EVICT_OLDEST) {
        return delegate().insert(record, limit, now);
      }
      return liveInGroup(record, now).size() < limit.max()
          ? insertUncounted(record, now)
          : InsertResult.of(InsertResult.Outcome.GROUP_FULL);
    }
  }

  private static final class TakesAnyChild extends AlteringNode {

    TakesAnyChild(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      TokenId parent = record.parent();
      boolean stranger =
          parent != null
              && delegate()
                  .find(parent)
                  .filter(one -> !one.subject().equals(record.subject()))
                  .isPresent();
      return stranger ? pretendInserted(record) : delegate().insert(record, limit, now);
    }
  }

  private static final class Evicts extends GroupTrackingNode {

    private final Comparator<TokenRecord> order;
    private final int deviation;

    Evicts(TokenStore data, Comparator<TokenRecord> order, int more) {
      super(data);
      this.order = order;
      this.deviation = more;
    }

    @Override
    public synchronized InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      if (record.group() == null || record.parent() != null) {
        return delegate().insert(record, limit, now);
      }
      List<TokenRecord> live = liveInGroup(record, now);
      int surplus = live.size() - limit.max() + 1;
      if (surplus > 0 && limit.policy() == Limit.Policy.REJECT) {
        return InsertResult.of(InsertResult.Outcome.GROUP_FULL);
      }
      if (delegate().find(record.id()).isPresent()) {
        throw new DuplicateTokenException(record.id());
      }
      List<TokenId> evicted = new ArrayList<>();
      live.stream()
          .sorted(order)
          .limit(Math.max(0, surplus > 0 ? surplus + deviation : 0))
          .forEach(
              one ->
                  evicted.addAll(
                      delegate().revoke(one.id(), Revocation.of(RevocationReason.EVICTED, now))));
      insertUncounted(record, now);
      return new InsertResult(InsertResult.Outcome.INSERTED, evicted);
    }
  }

  private static final class OmitsEvicted extends Node {

    OmitsEvicted(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      return InsertResult.of(delegate().insert(record, limit, now).outcome());
    }
  }

  private static final class IgnoresParent extends AlteringNode {

    IgnoresParent(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      InsertResult insertion = delegate().insert(record, limit, now);
      return insertion.outcome() == InsertResult.Outcome.PARENT_ENDED
          ? pretendInserted(record)
          : insertion;
    }
  }

  /** Inserts the child even if the parent is revoked after the check. */
  private static final class ChecksParentThenInserts extends AlteringNode {

    ChecksParentThenInserts(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      TokenId parent = record.parent();
      if (parent == null || delegate().find(parent).filter(one -> one.liveAt(now)).isEmpty()) {
        return delegate().insert(record, limit, now);
      }
      Defect.yieldToOtherThreads();
      InsertResult insertion = delegate().insert(record, limit, now);
      return insertion.outcome() == InsertResult.Outcome.PARENT_ENDED
          ? pretendInserted(record)
          : insertion;
    }
  }

  private static final class Overwrites extends AlteringNode {

    Overwrites(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      try {
        return delegate().insert(record, limit, now);
      } catch (DuplicateTokenException taken) {
        return pretendInserted(record);
      }
    }
  }
}
