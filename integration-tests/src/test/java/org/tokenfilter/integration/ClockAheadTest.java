package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.tokenfilter.integration.TwoNodes.ALICE;
import static org.tokenfilter.integration.TwoNodes.CLIENT;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.monitor.StoreOperation;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.TokenRejectedException;

/** Two nodes, the second with a clock that is ten minutes ahead. */
class ClockAheadTest {

  private static final Duration AHEAD = Duration.ofMinutes(10);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** An idle timeout shorter than the skew: by the clock ahead, every session has just expired. */
  private static final String IDLE = "PT5M";

  @TempDir private Path folder;

  private TwoNodes nodes(String lag) {
    return new TwoNodes(
        folder,
        AHEAD,
        TIMEOUT,
        "token.idle-timeout",
        IDLE,
        "token.sweep.interval",
        "PT1S",
        "token.revocation.lag",
        lag);
  }

  @Test
  void nodeAheadExpiresNoSessionEarly() throws Exception {
    for (String lag : new String[] {"PT1S", "PT0S"}) {
      try (TwoNodes nodes = nodes(lag)) {
        IssuedToken session = nodes.node(0).issueSession(ALICE, Duration.ZERO, CLIENT, Set.of());
        PresentedToken presented = presented(session);
        AtomicInteger looks = new AtomicInteger();
        var unused =
            nodes
                .security(1)
                .storeCalls()
                .addListener(
                    (operation, outcome, nanos) -> {
                      if (operation == StoreOperation.CHANGES) {
                        looks.incrementAndGet();
                      }
                    });
        await().atMost(PATIENCE).until(() -> looks.get() > 5);

        assertThat(nodes.node(0).validate(presented).record()).isEqualTo(session.record());
        assertThat(nodes.security(0).health().clockAhead()).isLessThan(Duration.ofSeconds(5));
        assertThat(nodes.security(1).health().clockAhead())
            .isBetween(AHEAD.minusSeconds(30), AHEAD.plusSeconds(30));
      }
    }
  }

  @Test
  void revokesTokensIssuedByNodeAhead() throws Exception {
    try (TwoNodes nodes = nodes("PT1S")) {
      IssuedToken own = nodes.node(0).issueOpen(ALICE, Duration.ofHours(1), CLIENT);
      IssuedToken ahead = nodes.node(1).issueOpen(ALICE, Duration.ofHours(1), CLIENT);
      nodes.node(0).validate(presented(ahead));
      nodes.node(1).validate(presented(ahead));

      assertThat(nodes.node(0).revokeOthers(own.record())).isOne();

      for (int node = 0; node < 2; node++) {
        int judge = node;
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(rejection(nodes, judge, presented(ahead)))
                        .isEqualTo(Rejection.CLOSED));
      }
      assertThat(nodes.node(1).revokeAll(ALICE.name())).isOne();
    }
  }

  private static Rejection rejection(TwoNodes nodes, int node, PresentedToken token) {
    try {
      nodes.node(node).validate(token);
      return Rejection.MISSING;
    } catch (TokenRejectedException refused) {
      return refused.rejection();
    }
  }

  private static PresentedToken presented(IssuedToken token) {
    SessionId id = token.sessionId();
    return new PresentedToken(
        token.value(), id == null ? Set.of() : Set.of(id.value()), CLIENT, false);
  }
}
