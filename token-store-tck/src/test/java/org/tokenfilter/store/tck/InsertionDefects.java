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
            "s01_limitHoldsAgainstConcurrentInsertions", "counts, then inserts", CountsFirst::new),
        Defect.of("s01", "counts dead records", CountsTheDead::new),
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
        Defect.of("s01", "does not name evicted records", EvictsInSilence::new),
        Defect.of("s01", "inserts under a dead parent", IgnoresTheParent::new),
        Defect.of(
            "s09_noChildSlipsIn", "checks the parent, then inserts", LooksAtTheParentFirst::new),
        Defect.of("s02", "overwrites the record with the same id", Overwrites::new));
  }

  /** A node that tracks the members of each group. */
  private abstract static class Counting extends Node {

    private final Map<String, Queue<TokenId>> groups = new ConcurrentHashMap<>();

    Counting(TokenStore data) {
      super(data);
    }

    List<TokenRecord> group(TokenRecord record) {
      return members(record).stream().map(id -> data().find(id)).flatMap(Optional::stream).toList();
    }

    List<TokenRecord> liveInGroup(TokenRecord record, Instant now) {
      return group(record).stream().filter(other -> other.liveAt(now)).toList();
    }

    InsertResult insertUncounted(TokenRecord record, Instant now) {
      InsertResult insertion = data().insert(record, Limit.NONE, now);
      members(record).add(record.id());
      return insertion;
    }

    private Queue<TokenId> members(TokenRecord record) {
      return groups.computeIfAbsent(
          String.valueOf(record.group()), group -> new ConcurrentLinkedQueue<>());
    }
  }

  private static final class CountsFirst extends Counting {

    CountsFirst(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      if (record.group() == null || limit.policy() == Limit.Policy.EVICT_OLDEST) {
        return data().insert(record, limit, now);
      }
      if (liveInGroup(record, now).size() >= limit.max()) {
        return InsertResult.of(InsertResult.Outcome.GROUP_FULL);
      }
      Defect.otherThreadsGoOn();
      return insertUncounted(record, now);
    }
  }

  private static final class CountsTheDead extends Counting {

    CountsTheDead(TokenStore data) {
      super(data);
    }

    @Override
    public synchronized InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      if (record.group() == null || limit.policy() == Limit.Policy.EVICT_OLDEST) {
        return data().insert(record, limit, now);
      }
      return group(record).size() < limit.max()
          ? insertUncounted(record, now)
          : InsertResult.of(InsertResult.Outcome.GROUP_FULL);
    }
  }

  private static final class Evicts extends Counting {

    private final Comparator<TokenRecord> order;
    private final int more;

    Evicts(TokenStore data, Comparator<TokenRecord> order, int more) {
      super(data);
      this.order = order;
      this.more = more;
    }

    @Override
    public synchronized InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      if (record.group() == null || record.parent() != null) {
        return data().insert(record, limit, now);
      }
      List<TokenRecord> live = liveInGroup(record, now);
      int surplus = live.size() - limit.max() + 1;
      if (surplus > 0 && limit.policy() == Limit.Policy.REJECT) {
        return InsertResult.of(InsertResult.Outcome.GROUP_FULL);
      }
      if (data().find(record.id()).isPresent()) {
        throw new DuplicateTokenException(record.id());
      }
      List<TokenId> evicted = new ArrayList<>();
      live.stream()
          .sorted(order)
          .limit(Math.max(0, surplus > 0 ? surplus + more : 0))
          .forEach(
              one ->
                  evicted.addAll(
                      data().revoke(one.id(), Revocation.of(RevocationReason.EVICTED, now))));
      insertUncounted(record, now);
      return new InsertResult(InsertResult.Outcome.INSERTED, evicted);
    }
  }

  private static final class EvictsInSilence extends Node {

    EvictsInSilence(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      return InsertResult.of(data().insert(record, limit, now).outcome());
    }
  }

  private static final class IgnoresTheParent extends Altering {

    IgnoresTheParent(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      InsertResult insertion = data().insert(record, limit, now);
      return insertion.outcome() == InsertResult.Outcome.PARENT_ENDED ? pretend(record) : insertion;
    }
  }

  /** Inserts the child even if the parent is revoked after the check. */
  private static final class LooksAtTheParentFirst extends Altering {

    LooksAtTheParentFirst(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      TokenId parent = record.parent();
      if (parent == null || data().find(parent).filter(one -> one.liveAt(now)).isEmpty()) {
        return data().insert(record, limit, now);
      }
      Defect.otherThreadsGoOn();
      InsertResult insertion = data().insert(record, limit, now);
      return insertion.outcome() == InsertResult.Outcome.PARENT_ENDED ? pretend(record) : insertion;
    }
  }

  private static final class Overwrites extends Altering {

    Overwrites(TokenStore data) {
      super(data);
    }

    @Override
    public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
      try {
        return data().insert(record, limit, now);
      } catch (DuplicateTokenException taken) {
        return pretend(record);
      }
    }
  }
}
