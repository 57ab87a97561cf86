package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.ForwardingTokenStore;
import org.tokenfilter.store.tck.SettableClock;

/**
 * A database that now and then holds a commit back for minutes. The caller gets an unknown outcome,
 * and other calls wait for the record in vain. When the commit becomes visible at last, its change
 * is one of the next that the nodes read. A {@linkplain #failOver fail-over} begins another life of
 * the database, which knows no cursor of the earlier one and may have lost revocations.
 */
final class SimulatedDatabase extends ForwardingTokenStore {

  private static final double HELD_BACK = 0.06;
  private static final double END_LOST = 0.7;
  private static final int MAX_MILLIS = 200_000;
  private static final int MAX_PAGE_SIZE = 3;

  /** The time for which a revocation may not have reached the database that takes over. */
  private static final Duration UNTIL_COPIED = Duration.ofSeconds(10);

  private final Simulation simulation;
  private final SettableClock clock;
  private final boolean holding;
  private final Set<TokenId> ids = new LinkedHashSet<>();
  private final Set<TokenId> held = new HashSet<>();
  private final Set<String> heldSubjects = new HashSet<>();
  private final Set<TokenId> committedLate = new HashSet<>();
  private TokenStore store;

  /**
   * Creates a database.
   *
   * @param holding whether some commits are held back
   */
  SimulatedDatabase(Simulation simulation, SettableClock clock, boolean holding) {
    super(new InMemoryTokenStore(clock, Duration.ofDays(1)));
    this.simulation = simulation;
    this.clock = clock;
    this.holding = holding;
    this.store = super.delegate();
  }

  @Override
  protected TokenStore delegate() {
    return store;
  }

  /** Begins another life, which has all records but may have lost the latest revocations. */
  void failOver() {
    List<TokenRecord> before = ids.stream().map(id -> store.find(id).orElseThrow()).toList();
    Comparator<TokenRecord> parentsFirst = Comparator.comparing(record -> record.parent() != null);
    TokenStore other = new InMemoryTokenStore(clock, Duration.ofDays(1));
    before.stream()
        .sorted(parentsFirst)
        .forEach(
            record -> {
              TokenId parent = record.parent();
              Instant now =
                  parent == null
                      ? record.issuedAt()
                      : store.find(parent).orElseThrow().lastUsedAt();
              other.insert(record.toBuilder().revocation(null).build(), Limit.NONE, now);
            });
    before.stream()
        .sorted(parentsFirst.reversed())
        .forEach(
            record -> {
              Revocation revocation = record.revocation();
              if (revocation != null && !isLost(record, revocation)) {
                other.revoke(record.id(), revocation);
              }
            });
    store = other;
  }

  /** The end of an API client's token is never lost: its successor would have to be lost, too. */
  private boolean isLost(TokenRecord record, Revocation revocation) {
    boolean lost =
        revocation.reason() == RevocationReason.CLOSED
            && record.parent() == null
            && (record.group() == null || record.group().startsWith("s:"))
            && revocation.at().isAfter(simulation.time().minus(UNTIL_COPIED))
            && simulation.happens(END_LOST);
    if (lost) {
      simulation.checker().endLost(record.id());
    }
    return lost;
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

  /** Holds a commit of a record back. */
  private void hold(TokenId id, Runnable commit) {
    held.add(id);
    simulation.schedule(
        MAX_MILLIS,
        () -> {
          held.remove(id);
          commit.run();
        });
    throw new SimulatedNetwork.LostCallException();
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    requireNotHeld(id);
    if (isHeldBack()) {
      hold(id, () -> committedLate.addAll(store.revoke(id, revocation)));
    }
    return store.revoke(id, revocation);
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    String subject = selection.subject();
    if (heldSubjects.contains(subject)
        || held.stream().anyMatch(id -> Objects.equals(subject, subjectOf(id)))) {
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
            committedLate.addAll(ended);
          });
      throw new SimulatedNetwork.LostCallException();
    }
    return store.revokeAll(selection, revocation, limit);
  }

  @Override
  public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
    requireNotHeld(id);
    if (isHeldBack()) {
      hold(id, () -> commitAmendment(id, expectedVersion, details, now));
    }
    return commitAmendment(id, expectedVersion, details, now);
  }

  private AmendResult commitAmendment(
      TokenId id, long expectedVersion, TokenDetails details, Instant now) {
    AmendResult result = store.amend(id, expectedVersion, details, now);
    if (result == AmendResult.AMENDED) {
      simulation.checker().amendments().amended(id, details.version());
    }
    return result;
  }

  @Override
  public boolean replace(
      TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
    requireNotHeld(id);
    if (isHeldBack()) {
      hold(
          id,
          () -> {
            if (commitReplacement(id, version, successor, limit, now)) {
              simulation.checker().families().replaced(id, successor, now);
              committedLate.add(id);
            }
          });
    }
    return commitReplacement(id, version, successor, limit, now);
  }

  private boolean commitReplacement(
      TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
    boolean replaced = store.replace(id, version, successor, limit, now);
    if (replaced) {
      ids.add(successor.id());
    }
    return replaced;
  }

  /** Answers small pages. */
  @Override
  public Changes changes(int shard, @Nullable String cursor, int limit) {
    Changes page = store.changes(shard, cursor, 1 + simulation.nextInt(MAX_PAGE_SIZE));
    if (simulation.defect() != SimulatedDefect.LATE_COMMIT_NOT_REPORTED) {
      return page;
    }
    List<Change> early =
        page.changes().stream().filter(change -> !committedLate.contains(change.id())).toList();
    return new Changes(page.known(), early, page.cursor(), page.more(), page.storeTime());
  }

  /** Sweeps nothing while a commit is held back. */
  @Override
  public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
    return held.isEmpty() && heldSubjects.isEmpty()
        ? store.sweep(shard, expiredBefore, deadBefore, limit)
        : new SweepResult(List.of(), 0, false);
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    InsertResult insertion = store.insert(record, limit, now);
    if (insertion.outcome() == InsertResult.Outcome.INSERTED) {
      ids.add(record.id());
    }
    return insertion;
  }
}
