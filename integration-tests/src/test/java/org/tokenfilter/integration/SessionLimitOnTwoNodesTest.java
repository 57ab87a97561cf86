package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.integration.TwoNodes.ALICE;
import static org.tokenfilter.integration.TwoNodes.CLIENT;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.service.TokenListener;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;

/** Case C29 on two nodes: session tokens and sessions of user tokens share one limit. */
class SessionLimitOnTwoNodesTest {

  private static final int ATTEMPTS = 100;
  private static final int MAX_SESSIONS = 5;
  private static final int PAGE = 1_000;

  @TempDir private Path folder;

  @Test
  void rejectPolicyRefusesSessionsBeyondTheLimit() throws Exception {
    try (TwoNodes nodes =
        new TwoNodes(folder, "token.sessions.limit", "5", "token.sessions.policy", "reject")) {
      List<String> got = openConcurrently(nodes);

      assertThat(got)
          .filteredOn(Rejection.SESSION_LIMIT.name()::equals)
          .hasSize(ATTEMPTS - MAX_SESSIONS);
      assertThat(sessions(nodes.node(0))).hasSize(MAX_SESSIONS).isSubsetOf(got);
    }
  }

  @Test
  void evictPolicyOpensAllAndKeepsTheLimit() throws Exception {
    try (TwoNodes nodes =
        new TwoNodes(
            folder, "token.sessions.limit", "5", "token.sessions.policy", "evict-oldest")) {
      List<Queue<TokenId>> evicted =
          List.of(collectEvicted(nodes.node(0)), collectEvicted(nodes.node(1)));

      List<String> got = openConcurrently(nodes);

      assertThat(got)
          .hasSize(ATTEMPTS)
          .doesNotHaveDuplicates()
          .doesNotContain(Rejection.SESSION_LIMIT.name());
      List<String> left = sessions(nodes.node(0));
      assertThat(left).hasSize(MAX_SESSIONS).isSubsetOf(got);
      for (Queue<TokenId> heard : evicted) {
        Awaitility.await().until(() -> heard.size() >= ATTEMPTS - MAX_SESSIONS);
        assertThat(heard).hasSize(ATTEMPTS - MAX_SESSIONS).doesNotHaveDuplicates();
        assertThat(heard)
            .extracting(TokenId::toString)
            .isSubsetOf(got)
            .doesNotContainAnyElementsOf(left);
      }
    }
  }

  /** Returns the evicted tokens that listeners of a node are notified of, whichever node evicts. */
  private static Queue<TokenId> collectEvicted(TokenService node) {
    Queue<TokenId> evicted = new ConcurrentLinkedQueue<>();
    node.addListener(
        new TokenListener() {
          @Override
          public void tokenRevoked(TokenId id, RevocationReason reason) {
            if (reason == RevocationReason.EVICTED) {
              evicted.add(id);
            }
          }
        });
    return evicted;
  }

  /** Opens sessions concurrently, while another thread counts the live ones. */
  private static List<String> openConcurrently(TwoNodes nodes) throws Exception {
    ActiveToken user =
        nodes
            .node(0)
            .validate(
                new PresentedToken(
                    nodes.node(0).issueUser(ALICE, null, CLIENT).value(), Set.of(), CLIENT, false));
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService counter = Executors.newSingleThreadExecutor();
    try {
      Future<Integer> most =
          counter.submit(
              () -> {
                int seen = 0;
                while (!done.get()) {
                  seen = Math.max(seen, sessions(nodes.node(1)).size());
                }
                return seen;
              });
      List<String> got =
          nodes.race(
              ATTEMPTS,
              (node, number) ->
                  number % 4 < 2
                      ? node.openSession(user).id().tokenId().toString()
                      : node.issueSession(ALICE, Duration.ZERO, CLIENT, Set.of())
                          .record()
                          .id()
                          .toString());
      done.set(true);
      assertThat(most.get(1, TimeUnit.MINUTES)).isBetween(1, MAX_SESSIONS);
      return got;
    } finally {
      done.set(true);
      counter.shutdownNow();
    }
  }

  private static List<String> sessions(TokenService node) {
    return node.list(ALICE.name(), null, PAGE).stream()
        .filter(record -> record.kind() == TokenKind.SESSION)
        .map(TokenRecord::id)
        .map(TokenId::toString)
        .toList();
  }
}
