package org.tokenfilter.service;

import java.time.Instant;
import java.util.List;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.ForwardingTokenStore;

/** The store of all nodes, which reports its changes to the checker and revocations to watchers. */
final class SimulatedStore extends ForwardingTokenStore {

  private final Simulation simulation;

  SimulatedStore(Simulation simulation, TokenStore store) {
    super(store);
    this.simulation = simulation;
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    InsertResult insertion = delegate().insert(record, limit, now);
    simulation.checker().limits().inserted(record, limit, now, insertion);
    simulation.hints().revoked(insertion.evicted());
    return insertion;
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    boolean replaced = delegate().replace(id, successor, now);
    if (replaced) {
      simulation.checker().families().replaced(id, successor, now);
      simulation.hints().revoked(List.of(id));
    }
    return replaced;
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    List<TokenId> ended = delegate().revoke(id, revocation);
    simulation.checker().limits().revoked(id);
    simulation.checker().revocations().revokedOne(ended);
    simulation.hints().revoked(ended);
    return ended;
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    List<TokenId> ended = delegate().revokeAll(selection, revocation, limit);
    simulation.checker().revocations().revokedAll(selection, ended);
    ended.forEach(simulation.checker().limits()::revoked);
    simulation.hints().revoked(ended);
    return ended;
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    SweepResult sweep = delegate().sweep(expiredBefore, deadBefore, limit);
    sweep.expired().forEach(simulation.checker().limits()::revoked);
    sweep.expired().forEach(simulation.checker().lifetimes()::swept);
    simulation.hints().revoked(sweep.expired());
    return sweep;
  }
}
