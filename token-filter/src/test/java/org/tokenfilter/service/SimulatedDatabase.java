package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

/**
 * A database that now and then holds a commit back for minutes. The caller gets an unknown outcome,
 * and other calls wait for the record in vain. When the revocation becomes visible at last, its
 * timestamp is older than the window that nodes read. A later call that finds the record revoked
 * makes the store report it again, as S12 requires.
 */
final class SimulatedDatabase implements TokenStore {

  private static final double HELD_BACK = 0.06;
  private static final int MAX_MILLIS = 200_000;

  /** The margin of the window: the time from a revocation's timestamp to its acknowledgement. */
  private static final Duration UNTIL_ACKNOWLEDGED = Duration.ofSeconds(5);

  private final Simulation simulation;
  private final TokenStore store;
  private final boolean holding;
  private final Set<TokenId> held = new HashSet<>();
  private final Set<String> heldSubjects = new HashSet<>();
  private final Set<TokenId> stampedTooEarly = new HashSet<>();
  private final Map<TokenId, Instant> reportedAgainAt = new HashMap<>();

  /**
   * Creates a database over a store.
   *
   * @param holding whether some commits are held back
   */
  SimulatedDatabase(Simulation simulation, TokenStore store, boolean holding) {
    this.simulation = simulation;
    this.store = store;
    this.holding = holding;
  }

  private boolean isHeldBack() {
    return holding && simulation.happens(HELD_BACK);
  }

  private void requireNotHeld(TokenId id) {
    if (held.contains(id) || heldSubjects.contains(subjectOf(id))) {
      throw new SimulatedNetwork.LostCallException();
    }
  }

  private @Nullable String subjectOf(TokenId id) {
    return store.find(id).map(TokenRecord::subject).orElse(null);
  }

  private void markStampedTooEarly(Collection<TokenId> ended) {
    stampedTooEarly.addAll(ended);
  }

  /** Reports a revoked record and its children again. */
  private void acknowledge(TokenRecord record) {
    if (record.revocation() != null && simulation.defect() != SimulatedDefect.NOT_REPORTED_AGAIN) {
      reportAgain(record.id());
      simulation.checker().childrenOf(record.id()).forEach(child -> reportAgain(child.id()));
    }
  }

  private void reportAgain(TokenId id) {
    if (stampedTooEarly.contains(id)) {
      reportedAgainAt.put(id, simulation.time());
    }
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    requireNotHeld(id);
    if (isHeldBack()) {
      held.add(id);
      simulation.schedule(
          MAX_MILLIS,
          () -> {
            held.remove(id);
            markStampedTooEarly(store.revoke(id, revocation));
          });
      throw new SimulatedNetwork.LostCallException();
    }
    List<TokenId> ended = store.revoke(id, revocation);
    store.find(id).ifPresent(this::acknowledge);
    return ended;
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    String subject = selection.subject();
    if (heldSubjects.contains(subject)
        || held.stream().anyMatch(id -> subject.equals(subjectOf(id)))) {
      throw new SimulatedNetwork.LostCallException();
    }
    if (isHeldBack()) {
      heldSubjects.add(subject);
      simulation.schedule(
          MAX_MILLIS,
          () -> {
            heldSubjects.remove(subject);
            List<TokenId> ended = store.revokeAll(selection, revocation, limit);
            simulation.checker().revocations().revokedAll(selection, ended);
            markStampedTooEarly(ended);
          });
      throw new SimulatedNetwork.LostCallException();
    }
    List<TokenId> ended = store.revokeAll(selection, revocation, limit);
    if (ended.size() < limit) {
      List.copyOf(stampedTooEarly).stream()
          .map(id -> store.find(id).orElseThrow())
          .filter(record -> record.subject().equals(subject))
          .forEach(this::acknowledge);
    }
    return ended;
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    requireNotHeld(id);
    if (isHeldBack()) {
      held.add(id);
      simulation.schedule(
          MAX_MILLIS,
          () -> {
            held.remove(id);
            if (store.replace(id, successor, now)) {
              simulation.checker().families().replaced(id, successor, now);
              markStampedTooEarly(List.of(id));
            }
          });
      throw new SimulatedNetwork.LostCallException();
    }
    boolean replaced = store.replace(id, successor, now);
    if (!replaced) {
      store.find(id).ifPresent(this::acknowledge);
    }
    return replaced;
  }

  @Override
  public RecentRevocations revokedWithin(Duration window, int limit) {
    RecentRevocations revocations = store.revokedWithin(window, limit);
    Instant from = simulation.time().minus(window).minus(UNTIL_ACKNOWLEDGED);
    Set<TokenId> ids = new HashSet<>(revocations.ids());
    ids.removeAll(stampedTooEarly);
    reportedAgainAt.forEach(
        (id, at) -> {
          if (!at.isBefore(from)) {
            ids.add(id);
          }
        });
    return new RecentRevocations(ids, revocations.complete(), revocations.storeTime());
  }

  /** Sweeps nothing while a commit is held back. */
  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return held.isEmpty() && heldSubjects.isEmpty()
        ? store.sweep(expiredBefore, deadBefore, limit)
        : new SweepResult(List.of(), 0, false);
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    return store.insert(record, limit, now);
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
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return store.list(subject, now, after, limit);
  }

  @Override
  public void close() {
    store.close();
  }
}
