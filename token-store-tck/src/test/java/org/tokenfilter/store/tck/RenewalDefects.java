package org.tokenfilter.store.tck;

import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S5 and S6. */
final class RenewalDefects {

  private RenewalDefects() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("s05", "moves the last use back", MovesBack::new),
        Defect.of("s05", "goes by the time of the use", GoesByTimeOfUse::new),
        Defect.of("s05", "goes by its own clock", GoesByItsOwnClock::new),
        Defect.of("s05", "does not name dead records", OmitsDead::new),
        Defect.of("s05", "renews all or nothing", AllOrNothing::new),
        Defect.of("s05", "renews only the first thousand", RenewsOnlyThousand::new),
        Defect.of("s06", "renews by an upsert, which revives records", RevivesRevoked::new),
        Defect.of(
            "s06_noRenewalUndoesARevocation",
            "reads, then writes the whole record back",
            WritesBackStaleRecord::new));
  }

  private static final class MovesBack extends Node {

    private final Map<TokenId, Renewal> latest = new ConcurrentHashMap<>();

    MovesBack(TokenStore data) {
      super(data);
    }

    @Override
    public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
      Set<TokenId> missed = delegate().renew(renewals, now);
      renewals.stream()
          .filter(one -> !missed.contains(one.id()))
          .forEach(one -> latest.put(one.id(), one));
      return missed;
    }

    @Override
    public Optional<TokenRecord> find(TokenId id) {
      Renewal last = latest.get(id);
      return delegate().find(id).map(one -> last == null ? one : withTimesOf(last, one));
    }

    private static TokenRecord withTimesOf(Renewal last, TokenRecord record) {
      return record.toBuilder()
          .lastUsedAt(last.usedAt())
          .idle(
              record.idleTimeout(),
              last.idleExpiresAt() == null ? record.idleExpiresAt() : last.idleExpiresAt())
          .build();
    }
  }

  private static final class GoesByTimeOfUse extends Node {

    GoesByTimeOfUse(TokenStore data) {
      super(data);
    }

    @Override
    public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
      return renewals.stream()
          .flatMap(one -> delegate().renew(List.of(one), one.usedAt()).stream())
          .collect(Collectors.toSet());
    }
  }

  private static final class GoesByItsOwnClock extends Node {

    GoesByItsOwnClock(TokenStore data) {
      super(data);
    }

    @Override
    public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
      return delegate().renew(renewals, Clock.systemUTC().instant());
    }
  }

  private static final class OmitsDead extends Node {

    OmitsDead(TokenStore data) {
      super(data);
    }

    @Override
    public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
      delegate().renew(renewals, now);
      return Set.of();
    }
  }

  private static final class AllOrNothing extends Node {

    AllOrNothing(TokenStore data) {
      super(data);
    }

    @Override
    public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
      boolean all =
          renewals.stream()
              .allMatch(one -> delegate().find(one.id()).filter(it -> it.liveAt(now)).isPresent());
      return all
          ? delegate().renew(renewals, now)
          : renewals.stream().map(Renewal::id).collect(Collectors.toSet());
    }
  }

  private static final class RenewsOnlyThousand extends Node {

    RenewsOnlyThousand(TokenStore data) {
      super(data);
    }

    @Override
    public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
      return delegate().renew(renewals.stream().limit(1_000).toList(), now);
    }
  }

  private static final class RevivesRevoked extends AlteringNode {

    RevivesRevoked(TokenStore data) {
      super(data);
    }

    @Override
    public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
      Set<TokenId> missed = new HashSet<>();
      for (Renewal renewal : renewals) {
        for (TokenId dead : delegate().renew(List.of(renewal), now)) {
          delegate()
              .find(dead)
              .ifPresentOrElse(
                  record -> alter(record.toBuilder().revocation(null).build().renewed(renewal)),
                  () -> missed.add(dead));
        }
      }
      return missed;
    }
  }

  /** Writes a record back as it was read, even if it has been revoked since. */
  private static final class WritesBackStaleRecord extends AlteringNode {

    WritesBackStaleRecord(TokenStore data) {
      super(data);
    }

    @Override
    public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
      Set<TokenId> missed = new HashSet<>();
      for (Renewal renewal : renewals) {
        Optional<TokenRecord> read = delegate().find(renewal.id()).filter(one -> one.liveAt(now));
        Defect.yieldToOtherThreads();
        if (!delegate().renew(List.of(renewal), now).isEmpty()) {
          read.ifPresentOrElse(
              record -> alter(record.renewed(renewal)), () -> missed.add(renewal.id()));
        }
      }
      return missed;
    }
  }
}
