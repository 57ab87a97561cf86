package org.tokenfilter.store.jdbc;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator whether ends are heard: once when it begins, once when it stops, once for each
 * cause, however often it is tried again. Used by one thread.
 */
final class Hearing {

  private enum State {
    NOT_YET,
    WORKS,
    LOST,
    DEAF
  }

  private static final Logger log = LoggerFactory.getLogger(EndListener.class);

  private State state = State.NOT_YET;
  private int failures;

  void works() {
    if (state == State.WORKS) {
      return;
    }
    if (state == State.NOT_YET) {
      log.info("listening for ended tokens: what is told is heard");
    } else {
      log.info("listening for ended tokens again, after {} failed attempts", failures);
    }
    state = State.WORKS;
    failures = 0;
  }

  void lost(Duration pause, Throwable failure) {
    State next = failure instanceof DeafException ? State.DEAF : State.LOST;
    failures++;
    if (state == next) {
      log.debug("not listening for ended tokens, next try in {}: {}", pause, failure.toString());
    } else if (next == State.DEAF) {
      log.warn(
          "deaf: LISTEN is answered, but what other nodes end is not heard ({}). A connection"
              + " pooler in transaction mode, or a second server, stands between. Ends are found by"
              + " asking alone, within token.revocation.lag. Give the store connections to"
              + " PostgreSQL itself or a pooler in session mode, or set"
              + " token.store.jdbc.listen=false. It is tried again until then",
          failure.getMessage());
    } else {
      log.warn(
          "not listening for ended tokens, they are only asked for; tried again until it works,"
              + " next in {}: {}",
          pause,
          failure.toString());
    }
    state = next;
  }
}
