package org.tokenfilter.service;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.ForwardingTokenStore;

/** A store that breaks its contract, for those defects that are defects of the store. */
final class DefectiveStore extends ForwardingTokenStore {

  private final Simulation simulation;
  private final SimulatedDefect defect;

  /** The sessions that outlive their user token. */
  private final Map<TokenId, TokenRecord> orphans = new HashMap<>();

  private final Map<String, List<TokenRecord>> listed = new HashMap<>();

  DefectiveStore(Simulation simulation, TokenStore store) {
    super(store);
    this.simulation = simulation;
    this.defect = simulation.defect();
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    if (defect == SimulatedDefect.LIMIT_WITHOUT_LOCK && record.group() != null) {
      return insertWithoutLock(record, limit, now);
    }
    InsertResult insertion = delegate().insert(record, limit, now);
    if (defect == SimulatedDefect.PARENT_WITHOUT_LOCK
        && insertion.outcome() == InsertResult.Outcome.PARENT_ENDED) {
      orphans.put(record.id(), record);
      return InsertResult.of(InsertResult.Outcome.INSERTED);
    }
    return insertion;
  }

  private InsertResult insertWithoutLock(TokenRecord record, Limit limit, Instant now) {
    List<TokenRecord> members =
        delegate().list(record.subject(), now, null, Integer.MAX_VALUE).stream()
            .filter(member -> Objects.equals(member.group(), record.group()))
            .toList();
    simulation.runMeanwhile();
    int surplus = members.size() + 1 - limit.max();
    if (surplus > 0 && limit.policy() == Limit.Policy.REJECT) {
      return InsertResult.of(InsertResult.Outcome.GROUP_FULL);
    }
    List<TokenId> evicted =
        members.stream()
            .skip(members.size() - Math.max(0, surplus))
            .flatMap(
                oldest ->
                    delegate()
                        .revoke(oldest.id(), Revocation.of(RevocationReason.EVICTED, now))
                        .stream())
            .toList();
    InsertResult insertion = delegate().insert(record, Limit.NONE, now);
    return insertion.outcome() == InsertResult.Outcome.INSERTED
        ? new InsertResult(insertion.outcome(), evicted)
        : insertion;
  }

  @Override
  public FindResult find(Collection<TokenId> ids) {
    FindResult found = delegate().find(ids);
    Map<TokenId, TokenRecord> records = new HashMap<>(found.records());
    for (TokenId id : ids) {
      TokenRecord orphan = orphans.get(id);
      if (orphan != null) {
        records.putIfAbsent(id, orphan);
      }
    }
    return new FindResult(records, found.unreadable());
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return defect.renew(delegate(), renewals, now);
  }

  @Override
  public boolean replace(
      TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
    if (defect != SimulatedDefect.REPLACED_WITHOUT_GUARD) {
      return delegate().replace(id, version, successor, limit, now);
    }
    if (delegate().find(successor.id()).isPresent()) {
      return true;
    }
    delegate().insert(successor, Limit.NONE, now);
    delegate().revoke(id, new Revocation(now, RevocationReason.REPLACED, successor.id()));
    return true;
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    List<TokenRecord> current = delegate().list(subject, now, after, limit);
    return defect == SimulatedDefect.LISTED_FROM_CACHE
        ? listed.computeIfAbsent(subject, first -> current)
        : current;
  }

  @Override
  public Changes changes(int shard, @Nullable String cursor, int limit) {
    Changes changes = delegate().changes(shard, cursor, limit);
    return switch (defect) {
      case CHANGES_NOT_REPORTED -> with(changes, List.of());
      case AMENDMENTS_NOT_REPORTED -> with(changes, onlyRevocations(changes.changes()));
      case AMENDMENT_AS_END -> with(changes, asEnds(changes.changes()));
      case MORE_PAGES_IGNORED ->
          new Changes(
              changes.known(), changes.changes(), changes.cursor(), false, changes.storeTime());
      case GAP_IGNORED ->
          new Changes(
              true, changes.changes(), changes.cursor(), changes.more(), changes.storeTime());
      case CHILDREN_NOT_REPORTED -> with(changes, withoutChildren(changes.changes()));
      default -> changes;
    };
  }

  private static Changes with(Changes page, List<Change> changes) {
    return new Changes(page.known(), changes, page.cursor(), page.more(), page.storeTime());
  }

  private static List<Change> onlyRevocations(List<Change> changes) {
    return changes.stream().filter(change -> change.revoked() != null).toList();
  }

  private static List<Change> asEnds(List<Change> changes) {
    return changes.stream()
        .map(
            change ->
                change.revoked() == null
                    ? Change.revoked(change.id(), RevocationReason.CLOSED)
                    : change)
        .toList();
  }

  private List<Change> withoutChildren(List<Change> changes) {
    Set<TokenId> named = new HashSet<>();
    changes.forEach(change -> named.add(change.id()));
    return changes.stream()
        .filter(change -> !named.contains(simulation.stored(change.id()).parent()))
        .toList();
  }

  @Override
  public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
    return delegate()
        .sweep(
            shard,
            defect == SimulatedDefect.SWEPT_EARLY ? expiredBefore.plusSeconds(60) : expiredBefore,
            deadBefore,
            limit);
  }
}
