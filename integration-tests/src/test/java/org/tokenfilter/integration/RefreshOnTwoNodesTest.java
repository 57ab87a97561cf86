package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.integration.TwoNodes.ALICE;
import static org.tokenfilter.integration.TwoNodes.CLIENT;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;

/**
 * Invariant I3 on two nodes: one of many concurrent refreshes wins, and at most one token of a
 * family is live.
 */
class RefreshOnTwoNodesTest {

  private static final int REFRESHES = 32;
  private static final int ROUNDS = 5;
  private static final int PAGE = 100;

  @TempDir private Path folder;

  @Test
  void withoutGraceOneRefreshWinsAndOthersAreReplaced() throws Exception {
    try (TwoNodes nodes = new TwoNodes(folder)) {
      IssuedToken token = nodes.node(0).issueApiClientToken(ALICE, "live", "shop");
      for (int round = 0; round < ROUNDS; round++) {
        PresentedToken presented = presented(token);
        List<IssuedToken> won = Collections.synchronizedList(new ArrayList<>());

        List<String> got =
            nodes.race(
                REFRESHES,
                (node, number) -> {
                  IssuedToken successor = node.refresh(presented);
                  won.add(successor);
                  return successor.record().id().toString();
                });

        assertThat(won).hasSize(1);
        assertThat(got).filteredOn(Rejection.REPLACED.name()::equals).hasSize(REFRESHES - 1);
        token = won.get(0);
        assertThat(liveTokenIds(nodes)).containsExactly(token.record().id().toString());
        assertThat(nodes.node(1).validate(presented(token)).record()).isEqualTo(token.record());
      }
    }
  }

  @Test
  void withGraceAllRefreshesGetTheSameSuccessor() throws Exception {
    try (TwoNodes nodes =
        new TwoNodes(folder, "token.refresh.grace", "PT5M", "token.refresh.replay", "end-family")) {
      IssuedToken token = nodes.node(0).issueApiClientToken(ALICE, "live", "shop");
      for (int round = 0; round < ROUNDS; round++) {
        PresentedToken presented = presented(token);
        List<IssuedToken> won = Collections.synchronizedList(new ArrayList<>());

        List<String> got =
            nodes.race(
                REFRESHES,
                (node, number) -> {
                  IssuedToken successor = node.refresh(presented);
                  won.add(successor);
                  return successor.record().id().toString();
                });

        token = won.get(0);
        assertThat(got).hasSize(REFRESHES).containsOnly(token.record().id().toString());
        assertThat(liveTokenIds(nodes)).containsExactly(token.record().id().toString());
        for (IssuedToken each : won) {
          assertThat(nodes.node(1).validate(presented(each)).record()).isEqualTo(token.record());
        }
      }
    }
  }

  @Test
  void apiClientLoggingInOnBothNodesGetsOneToken() throws Exception {
    try (TwoNodes nodes = new TwoNodes(folder)) {
      List<String> got =
          nodes.race(
              REFRESHES,
              (node, number) ->
                  node.issueApiClientToken(ALICE, "live", "shop").record().id().toString());

      assertThat(got).filteredOn(Rejection.CLIENT_TOKEN_LIVE.name()::equals).hasSize(REFRESHES - 1);
      assertThat(liveTokenIds(nodes)).hasSize(1).isSubsetOf(got);
    }
  }

  /** Case S11. */
  @Test
  void concurrentRefreshAndRevocationLeaveNothingLive() throws Exception {
    try (TwoNodes nodes = new TwoNodes(folder)) {
      for (int round = 0; round < ROUNDS * ROUNDS; round++) {
        IssuedToken token = nodes.node(0).issueApiClientToken(ALICE, "live", "client " + round);
        PresentedToken presented = presented(token);

        List<String> got =
            nodes.race(
                2,
                (node, number) ->
                    number == 0
                        ? node.refresh(presented).record().id().toString()
                        : "closed " + node.revoke(token.record().id()));

        assertThat(got.get(1)).isEqualTo("closed true");
        assertThat(liveTokenIds(nodes)).isEmpty();
      }
    }
  }

  private static PresentedToken presented(IssuedToken token) {
    return new PresentedToken(token.value(), Set.of(), CLIENT, false);
  }

  private static List<String> liveTokenIds(TwoNodes nodes) {
    return nodes.node(1).list(ALICE.name(), null, PAGE).stream()
        .map(TokenRecord::id)
        .map(Object::toString)
        .toList();
  }
}
