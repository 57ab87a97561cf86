package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
import org.tokenfilter.store.TokenStoreException;

/**
 * The network between a node and the store. Calls and answers are late or lost, and some changing
 * calls arrive once more, much later. While a call is late, the other nodes continue to work.
 */
final class SimulatedNetwork implements TokenStore {

  private static final double LATE = 0.12;
  private static final double LOST = 0.02;
  private static final double DOUBLED = 0.02;

  private static final int LATE_MILLIS = 20_000;

  private final Simulation simulation;
  private final SimulatedNode node;
  private final TokenStore store;

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
    this.simulation = simulation;
    this.node = node;
    this.store = simulation.store();
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
  public AutoCloseable watch(Consumer<TokenId> ended) {
    return call(false, () -> simulation.hints().watch(id -> node.receiveHint(id, ended)));
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    InsertResult insertion = call(false, () -> store.insert(record, limit, now));
    acknowledged(insertion.evicted());
    return insertion;
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return call(false, () -> store.find(id));
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
                .renewing(node, renewals, asked, () -> store.renew(renewals, now)));
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    boolean replaced = callOnceOrTwice(false, () -> store.replace(id, successor, now));
    if (replaced) {
      acknowledged(List.of(id));
    }
    return replaced;
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    return acknowledged(callOnceOrTwice(false, () -> store.revoke(id, revocation)));
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    return acknowledged(call(false, () -> store.revokeAll(selection, revocation, limit)));
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return call(false, () -> store.list(subject, now, after, limit));
  }

  @Override
  public RecentRevocations revokedWithin(Duration window, int limit) {
    return call(false, () -> store.revokedWithin(window, limit));
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    SweepResult sweep = call(false, () -> store.sweep(expiredBefore, deadBefore, limit));
    // A node whose clock is far behind accepts expired tokens for longer.
    if (!simulation.clocksFarApart()) {
      acknowledged(sweep.expired());
    }
    return sweep;
  }

  @Override
  public void close() {}
}
