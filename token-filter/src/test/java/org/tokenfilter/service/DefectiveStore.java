package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.RecentRevocations;
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
  public Optional<TokenRecord> find(TokenId id) {
    return delegate().find(id).or(() -> Optional.ofNullable(orphans.get(id)));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return defect.renew(delegate(), renewals, now);
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    if (defect != SimulatedDefect.REPLACED_WITHOUT_GUARD) {
      return delegate().replace(id, successor, now);
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
  public RecentRevocations revokedWithin(Duration window, int limit) {
    RecentRevocations revocations = delegate().revokedWithin(window, limit);
    return switch (defect) {
      case HINTS_ONLY -> new RecentRevocations(Set.of(), true, revocations.storeTime());
      case CHILDREN_NOT_REPORTED ->
          new RecentRevocations(withoutChildren(revocations.ids()), true, revocations.storeTime());
      default -> revocations;
    };
  }

  private Set<TokenId> withoutChildren(Set<TokenId> ids) {
    Set<TokenId> named = new HashSet<>(ids);
    named.removeIf(id -> named.contains(simulation.stored(id).parent()));
    return named;
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return delegate()
        .sweep(
            defect == SimulatedDefect.SWEPT_EARLY ? expiredBefore.plusSeconds(60) : expiredBefore,
            deadBefore,
            limit);
  }
}
