package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.TestNode.LAG;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.ForwardingTokenStore;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;

/** A database that loses a revocation, and nodes that have heard of it or not. */
class RememberedEndsTest {

  private final ServiceFixture fixture = new ServiceFixture();
  private final InMemoryTokenStore takenOver =
      new InMemoryTokenStore(fixture.clock, Duration.ofHours(1));
  private final FailingOver store = new FailingOver(fixture.memory);
  private final TestNode witness = new TestNode(fixture, store, LAG).polled();
  private final TestNode other = new TestNode(fixture, store, LAG).polled();
  private IssuedToken token;

  /** A store whose database another one takes over. */
  private static final class FailingOver extends ForwardingTokenStore {
    private TokenStore current;

    FailingOver(TokenStore first) {
      super(first);
      this.current = first;
    }

    @Override
    protected TokenStore delegate() {
      return current;
    }
  }

  @BeforeEach
  void revokeTokenAndLoseIt() throws Exception {
    token = fixture.issueOpen(Duration.ZERO);
    takenOver.insert(token.record(), Limit.NONE, fixture.clock.instant());
    witness.revokeElsewhere(token);
    witness.polled();
    store.current = takenOver;
  }

  @Test
  void nodeThatHasHeardOfTheEndRefuses() throws Exception {
    assertRejected(Rejection.CLOSED, () -> witness.validate(token));
  }

  @Test
  void nodeThatHasHeardOfTheEndPutsItRightForAllNodes() throws Exception {
    witness.polled();
    other.polled();
    other.validate(token);
    assertRejected(Rejection.CLOSED, () -> witness.validate(token));
    other.polled();

    assertRejected(Rejection.CLOSED, () -> other.validate(token));
    assertThat(takenOver.find(token.record().id()).orElseThrow().revocation())
        .extracting("reason")
        .isEqualTo(RevocationReason.CLOSED);
  }

  @Test
  void nodeRefusesThoughItCannotPutItRight() throws Exception {
    witness.store.failBefore(Call.REVOKE, 1);
    assertRejected(Rejection.CLOSED, () -> witness.validate(token));
    assertThat(takenOver.find(token.record().id()).orElseThrow().revocation()).isNull();

    assertRejected(Rejection.CLOSED, () -> witness.validate(token));
    assertThat(takenOver.find(token.record().id()).orElseThrow().revocation()).isNotNull();
  }

  @Test
  void lossIsLoggedOnceAMinuteAndNotToldAgain() throws Exception {
    witness.listener.events();
    try (LogLines log = new LogLines(RememberedEnds.class.getName())) {
      assertRejected(Rejection.CLOSED, () -> witness.validate(token));
      witness.polled();
      witness.polled();

      assertThat(log.lines()).singleElement().asString().startsWith("WARN").contains("lost");
    }
    assertThat(witness.listener.events()).containsOnly("refused CLOSED");
  }

  /** A slow answer is no proof of a loss: the node asks again, and finds the successor. */
  @Test
  void oldAnswerIsNotTakenForALoss() throws Exception {
    store.current = fixture.memory;
    IssuedToken slow = fixture.issueOpen(Duration.ZERO);
    witness.store.after(
        Call.FIND,
        1,
        () -> {
          witness.revokeElsewhere(slow);
          witness.polled();
        });

    assertRejected(Rejection.CLOSED, () -> witness.validate(slow));
    assertThat(witness.store.callCount(Call.REVOKE)).isZero();
  }

  @Test
  void amendedTokenIsNoEndedOne() throws Exception {
    IssuedToken amended = fixture.issueOpen(Duration.ZERO);
    takenOver.insert(amended.record(), Limit.NONE, fixture.clock.instant());
    witness.polled();
    takenOver.amend(
        amended.record().id(),
        0,
        amended.record().details().amended(5).build(),
        fixture.clock.instant());
    witness.polled();

    assertThat(witness.validate(amended).record().version()).isEqualTo(5);
  }
}
