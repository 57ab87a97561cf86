package org.tokenfilter.service;

import java.time.Instant;
import java.util.List;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.ForwardingTokenStore;

/** The store of all nodes, which reports its changes to the checker and hints to watchers. */
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
    simulation.hints().changed();
    return insertion;
  }

  @Override
  public boolean replace(
      TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
    boolean replaced = delegate().replace(id, version, successor, limit, now);
    if (replaced) {
      simulation.checker().families().replaced(id, successor, now);
      simulation.hints().changed();
    }
    return replaced;
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    List<TokenId> ended = delegate().revoke(id, revocation);
    simulation.checker().limits().revoked(id);
    simulation.checker().revocations().revokedOne(ended);
    simulation.hints().changed();
    return ended;
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    List<TokenId> ended = delegate().revokeAll(selection, revocation, limit);
    simulation.checker().revocations().revokedAll(selection, ended);
    ended.forEach(simulation.checker().limits()::revoked);
    simulation.hints().changed();
    return ended;
  }

  @Override
  public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
    AmendResult result = delegate().amend(id, expectedVersion, details, now);
    simulation.hints().changed();
    return result;
  }

  @Override
  public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
    SweepResult sweep = delegate().sweep(shard, expiredBefore, deadBefore, limit);
    sweep.expired().forEach(simulation.checker().limits()::revoked);
    sweep.expired().forEach(simulation.checker().lifetimes()::swept);
    simulation.hints().changed();
    return sweep;
  }
}
