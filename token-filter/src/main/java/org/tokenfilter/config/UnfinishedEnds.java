package org.tokenfilter.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.Notices;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenId;

/**
 * Sessions that could not be closed with their request, when its answer had been sent: they are
 * closed as soon as the store takes it. Bounded; what is too much, and what is left when the
 * application stops and the store does not answer, ends when it expires. Thread-safe.
 */
final class UnfinishedEnds implements Work, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(UnfinishedEnds.class);
  private static final int MOST = 10_000;
  private static final String CAUSE = "unfinished-ends";

  private final TokenService service;
  private final Notices notices;

  /** In the order of their turn. Guarded by this. */
  private final Set<TokenId> waiting = new LinkedHashSet<>();

  UnfinishedEnds(TokenService service, Notices notices) {
    this.service = service;
    this.notices = notices;
  }

  /** This session is to be closed. */
  void add(TokenId session, Throwable why) {
    notices.failing(
        LOG,
        CAUSE,
        "Sessions could not be closed with their requests, which were answered already; this is"
            + " tried again each second. Look at the store",
        why);
    if (!enqueue(session)) {
      notices.warn(
          LOG,
          CAUSE,
          "More than {} sessions wait to be closed; the others end when they expire. Look at the"
              + " store",
          MOST);
    }
  }

  /**
   * Closes what waits, up to the first one that the store does not take: that one has its turn
   * after all others, since it may be the only one.
   */
  @Override
  public Optional<Throwable> attempt() {
    for (TokenId session : inTurn()) {
      try {
        service.close(session);
      } catch (RuntimeException | Error e) {
        LOG.debug("A session could not be closed yet", e);
        putLast(session);
        return Optional.of(e);
      }
      remove(session);
    }
    if (left() == 0) {
      notices.works(
          LOG, CAUSE, "All sessions that were to be closed with their requests are closed");
    }
    return Optional.empty();
  }

  private synchronized boolean enqueue(TokenId session) {
    return waiting.contains(session) || (waiting.size() < MOST && waiting.add(session));
  }

  private synchronized List<TokenId> inTurn() {
    return List.copyOf(waiting);
  }

  private synchronized void putLast(TokenId session) {
    waiting.remove(session);
    waiting.add(session);
  }

  private synchronized void remove(TokenId session) {
    waiting.remove(session);
  }

  private synchronized int left() {
    return waiting.size();
  }

  /** Tries once more. */
  @Override
  public void close() {
    var unused = attempt();
    int left = left();
    if (left > 0) {
      LOG.warn("{} sessions were not closed; they end when they expire", left);
    }
  }
}
