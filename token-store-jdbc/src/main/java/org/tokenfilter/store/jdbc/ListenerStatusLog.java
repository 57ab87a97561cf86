package org.tokenfilter.store.jdbc;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log of whether notifications of changes arrive. It writes one line when listening starts and
 * one for each cause when it stops, regardless of the number of attempts. Not thread-safe.
 */
final class ListenerStatusLog {

  private enum State {
    STARTING,
    LISTENING,
    LOST,
    NOT_DELIVERED
  }

  private static final Logger log = LoggerFactory.getLogger(PostgresListener.class);

  private State state = State.STARTING;
  private int failures;

  void onListening() {
    if (state == State.LISTENING) {
      return;
    }
    if (state == State.STARTING) {
      log.info("listening for changes; delivery of notifications is confirmed");
    } else {
      log.info("listening for changes again after {} failed attempts", failures);
    }
    state = State.LISTENING;
    failures = 0;
  }

  void onFailure(Duration pause, Throwable failure) {
    State next =
        failure instanceof UndeliveredNotificationException ? State.NOT_DELIVERED : State.LOST;
    failures++;
    if (state == next) {
      log.debug("not listening for changes, next attempt in {}: {}", pause, failure.toString());
    } else if (next == State.NOT_DELIVERED) {
      log.warn(
          "notifications are not delivered: LISTEN succeeds, but those of other nodes do not"
              + " arrive ({}). A connection pooler in transaction mode or a second server is in"
              + " between. Changes are found by polling only, within token.revocation.lag. Give"
              + " the store connections to PostgreSQL itself or to a pooler in session mode, or set"
              + " token.store.jdbc.listen=false. The store keeps trying until then",
          failure.getMessage());
    } else {
      log.warn(
          "not listening for changes, which are found by polling only; the store keeps trying,"
              + " next attempt in {}: {}",
          pause,
          failure.toString());
    }
    state = next;
  }
}
