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
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Ends;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.Sweep;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** A store that keeps less than its contract asks, where the defect is the store's. */
final class BrokenStore implements TokenStore {

  private final Simulation simulation;
  private final Defect defect;
  private final TokenStore store;

  /** Sessions that outlive their user token. */
  private final Map<TokenId, TokenRecord> strays = new HashMap<>();

  private final Map<String, List<TokenRecord>> listed = new HashMap<>();

  BrokenStore(Simulation simulation, TokenStore store) {
    this.simulation = simulation;
    this.defect = simulation.defect();
    this.store = store;
  }

  @Override
  public Insertion insert(TokenRecord record, Limit limit, Instant now) {
    if (defect == Defect.LIMIT_WITHOUT_LOCK && record.group() != null) {
      return counted(record, limit, now);
    }
    Insertion insertion = store.insert(record, limit, now);
    if (defect == Defect.PARENT_WITHOUT_LOCK
        && insertion.outcome() == Insertion.Outcome.PARENT_ENDED) {
      strays.put(record.id(), record);
      return Insertion.of(Insertion.Outcome.INSERTED);
    }
    return insertion;
  }

  private Insertion counted(TokenRecord record, Limit limit, Instant now) {
    List<TokenRecord> members =
        store.list(record.subject(), now, null, Integer.MAX_VALUE).stream()
            .filter(member -> Objects.equals(member.group(), record.group()))
            .toList();
    simulation.meanwhile();
    int surplus = members.size() + 1 - limit.most();
    if (surplus > 0 && limit.policy() == Limit.Policy.REJECT) {
      return Insertion.of(Insertion.Outcome.GROUP_FULL);
    }
    List<TokenId> evicted =
        members.stream()
            .skip(members.size() - Math.max(0, surplus))
            .flatMap(oldest -> store.end(oldest.id(), Ending.of(Reason.EVICTED, now)).stream())
            .toList();
    Insertion insertion = store.insert(record, Limit.NONE, now);
    return insertion.outcome() == Insertion.Outcome.INSERTED
        ? new Insertion(insertion.outcome(), evicted)
        : insertion;
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return store.find(id).or(() -> Optional.ofNullable(strays.get(id)));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return defect.renew(store, renewals, now);
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    if (defect != Defect.REPLACED_WITHOUT_GUARD) {
      return store.replace(id, successor, now);
    }
    store.insert(successor, Limit.NONE, now);
    store.end(id, new Ending(now, Reason.REPLACED, successor.id()));
    return true;
  }

  @Override
  public List<TokenId> end(TokenId id, Ending ending) {
    return store.end(id, ending);
  }

  @Override
  public List<TokenId> endAll(Selection selection, Ending ending, int limit) {
    return store.endAll(selection, ending, limit);
  }

  @Override
  public List<TokenRecord> list(String subject, Instant now, @Nullable Position after, int limit) {
    List<TokenRecord> current = store.list(subject, now, after, limit);
    return defect == Defect.LISTED_FROM_MEMORY
        ? listed.computeIfAbsent(subject, first -> current)
        : current;
  }

  @Override
  public Ends endedWithin(Duration window, int limit) {
    Ends ends = store.endedWithin(window, limit);
    return switch (defect) {
      case HINTS_ALONE -> new Ends(Set.of(), true, ends.storeTime());
      case CHILDREN_NOT_NAMED -> new Ends(withoutChildren(ends.ids()), true, ends.storeTime());
      default -> ends;
    };
  }

  private Set<TokenId> withoutChildren(Set<TokenId> ids) {
    Set<TokenId> named = new HashSet<>(ids);
    named.removeIf(id -> named.contains(simulation.stored(id).parent()));
    return named;
  }

  @Override
  public Sweep sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return store.sweep(
        defect == Defect.SWEPT_EARLY ? expiredBefore.plusSeconds(60) : expiredBefore,
        deadBefore,
        limit);
  }

  @Override
  public void close() {
    store.close();
  }
}
