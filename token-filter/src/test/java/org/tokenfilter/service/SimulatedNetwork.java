package org.tokenfilter.service;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.ForwardingTokenStore;

/**
 * The network between a node and the store. Calls and answers are late or lost, and some changing
 * calls arrive once more, much later. While a call is late, the other nodes continue to work.
 */
final class SimulatedNetwork extends ForwardingTokenStore {

  private static final double LATE = 0.12;
  private static final double LOST = 0.02;
  private static final double DOUBLED = 0.02;

  private static final int LATE_MILLIS = 20_000;

  private final Simulation simulation;
  private final SimulatedNode node;

  /** The cursor of the latest answer to the feed, for the defect of a node that goes on from it. */
  private @Nullable String answered;

  /** A lost call, without a stack trace, which would cost more than all the rest. */
  static final class LostCallException extends TokenStoreException {
    private static final long serialVersionUID = 1L;

    LostCallException() {
      super("lost", null, true);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  SimulatedNetwork(Simulation simulation, SimulatedNode node) {
    super(simulation.store());
    this.simulation = simulation;
    this.node = node;
  }

  @Override
  protected <T> T execute(Call call, Supplier<T> effect) {
    boolean doubled = call == Call.REPLACE || call == Call.REVOKE;
    return doubled ? callOnceOrTwice(false, effect) : call(false, effect);
  }

  private <T> T call(boolean renewal, Supplier<T> effect) {
    boolean late = delayAtRandom(renewal);
    loseIf(node.isCutOff() || simulation.happens(LOST), renewal);
    T answer = effect.get();
    late |= delayAtRandom(renewal);
    loseIf(node.isCutOff() || simulation.happens(LOST), renewal);
    if (late && renewal) {
      node.markTroubled();
    }
    return answer;
  }

  private boolean delayAtRandom(boolean renewal) {
    if (!simulation.happens(LATE)) {
      return false;
    }
    if (renewal) {
      node.markTroubled();
    }
    simulation.runMeanwhile();
    return true;
  }

  private void loseIf(boolean lost, boolean renewal) {
    if (lost) {
      if (renewal) {
        node.markTroubled();
      }
      throw new LostCallException();
    }
  }

  private <T> T callOnceOrTwice(boolean renewal, Supplier<T> effect) {
    if (simulation.happens(DOUBLED)) {
      simulation.schedule(
          LATE_MILLIS,
          () -> {
            try {
              var unused = effect.get();
            } catch (LostCallException heldBack) {
              return;
            }
          });
    }
    return call(renewal, effect);
  }

  private List<TokenId> acknowledged(List<TokenId> ended) {
    simulation.checker().revocations().acknowledged(node, ended);
    return ended;
  }

  @Override
  public AutoCloseable watch(Runnable changed) {
    return call(false, () -> simulation.hints().watch(() -> node.receiveHint(changed)));
  }

  @Override
  public Changes changes(int shard, @Nullable String cursor, int limit) {
    boolean early = simulation.defect() == SimulatedDefect.CURSOR_BEFORE_APPLYING;
    String from = early && cursor != null && answered != null ? answered : cursor;
    Changes page =
        call(
            false,
            () -> {
              Changes answer = delegate().changes(shard, from, limit);
              answered = cursor == null ? answered : answer.cursor();
              return answer;
            });
    simulation.checker().revocations().heard(node, page.changes());
    return page;
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    InsertResult insertion = super.insert(record, limit, now);
    acknowledged(insertion.evicted());
    return insertion;
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    Instant asked = node.now();
    return callOnceOrTwice(
        true,
        () ->
            simulation
                .checker()
                .lifetimes()
                .renewing(node, renewals, asked, () -> delegate().renew(renewals, now)));
  }

  @Override
  public boolean replace(
      TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
    boolean replaced = super.replace(id, version, successor, limit, now);
    if (replaced) {
      acknowledged(List.of(id));
    }
    return replaced;
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    simulation.checker().revocations().sent(id);
    return acknowledged(super.revoke(id, revocation));
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    return acknowledged(super.revokeAll(selection, revocation, limit));
  }

  @Override
  public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
    SweepResult sweep = super.sweep(shard, expiredBefore, deadBefore, limit);
    // A node whose clock is far behind accepts expired tokens for longer.
    if (!simulation.clocksFarApart()) {
      acknowledged(sweep.expired());
    }
    return sweep;
  }

  @Override
  public void close() {}
}
