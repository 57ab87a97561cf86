package org.tokenfilter.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenId;

/**
 * A bounded queue of sessions that could not be revoked with their request, whose response had been
 * sent already. They are revoked as soon as the store accepts it. Sessions beyond the bound, and
 * those still queued when the application stops while the store does not answer, live until they
 * expire. Thread-safe.
 */
final class RevocationRetryQueue implements Work, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RevocationRetryQueue.class);
  private static final int MAX_PENDING = 10_000;
  private static final String CAUSE = "unfinished-ends";

  private final TokenService service;
  private final OperatorLog operatorLog;

  /** The sessions in the order in which they are tried. Guarded by this. */
  private final Set<TokenId> pending = new LinkedHashSet<>();

  RevocationRetryQueue(TokenService service, OperatorLog operatorLog) {
    this.service = service;
    this.operatorLog = operatorLog;
  }

  /**
   * Adds a session that is to be revoked.
   *
   * @param why the failure of the first attempt
   */
  void add(TokenId session, Throwable why) {
    operatorLog.reportFailure(
        LOG,
        CAUSE,
        "Sessions could not be closed with their requests, which were answered already; this is"
            + " retried every second. Check the store",
        why);
    if (!enqueue(session)) {
      operatorLog.warn(
          LOG,
          CAUSE,
          "More than {} sessions wait to be closed; further ones live until they expire. Check"
              + " the store",
          MAX_PENDING);
    }
  }

  /**
   * Revokes the waiting sessions, up to the first one that the store does not accept. That one is
   * moved behind all others, since it may be the only one that fails.
   */
  @Override
  public Optional<Throwable> attempt() {
    for (TokenId session : snapshot()) {
      try {
        service.revoke(session);
      } catch (RuntimeException | Error e) {
        LOG.debug("A session could not be closed yet", e);
        moveToEnd(session);
        return Optional.of(e);
      }
      remove(session);
    }
    if (pendingCount() == 0) {
      operatorLog.reportRecovery(
          LOG, CAUSE, "All sessions that were to be closed with their requests are closed");
    }
    return Optional.empty();
  }

  private synchronized boolean enqueue(TokenId session) {
    return pending.contains(session) || (pending.size() < MAX_PENDING && pending.add(session));
  }

  private synchronized List<TokenId> snapshot() {
    return List.copyOf(pending);
  }

  private synchronized void moveToEnd(TokenId session) {
    pending.remove(session);
    pending.add(session);
  }

  private synchronized void remove(TokenId session) {
    pending.remove(session);
  }

  private synchronized int pendingCount() {
    return pending.size();
  }

  /** Tries once more, and logs the number of sessions that remain. */
  @Override
  public void close() {
    var unused = attempt();
    int left = pendingCount();
    if (left > 0) {
      LOG.warn("{} sessions were not closed; they live until they expire", left);
    }
  }
}
