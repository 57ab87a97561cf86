package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.RecentRevocations;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** The store of all nodes, which reports its changes to the checker and revocations to watchers. */
final class SimulatedStore implements TokenStore {

  private final Simulation simulation;
  private final TokenStore store;

  SimulatedStore(Simulation simulation, TokenStore store) {
    this.simulation = simulation;
    this.store = store;
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    InsertResult insertion = store.insert(record, limit, now);
    simulation.checker().limits().inserted(record, limit, now, insertion);
    simulation.hints().revoked(insertion.evicted());
    return insertion;
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return store.find(id);
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return store.renew(renewals, now);
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    boolean replaced = store.replace(id, successor, now);
    if (replaced) {
      simulation.checker().families().replaced(id, successor, now);
      simulation.hints().revoked(List.of(id));
    }
    return replaced;
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    List<TokenId> ended = store.revoke(id, revocation);
    simulation.checker().limits().revoked(id);
    simulation.checker().revocations().revokedOne(ended);
    simulation.hints().revoked(ended);
    return ended;
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    List<TokenId> ended = store.revokeAll(selection, revocation, limit);
    simulation.checker().revocations().revokedAll(selection, ended);
    ended.forEach(simulation.checker().limits()::revoked);
    simulation.hints().revoked(ended);
    return ended;
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return store.list(subject, now, after, limit);
  }

  @Override
  public RecentRevocations revokedWithin(Duration window, int limit) {
    return store.revokedWithin(window, limit);
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    SweepResult sweep = store.sweep(expiredBefore, deadBefore, limit);
    sweep.expired().forEach(simulation.checker().limits()::revoked);
    sweep.expired().forEach(simulation.checker().lifetimes()::swept);
    simulation.hints().revoked(sweep.expired());
    return sweep;
  }

  @Override
  public void close() {
    store.close();
  }
}
