package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenRejectedException;

/** The cost of a request on PostgreSQL, in counts that hold on any machine. */
class StatementsPerRequestTest {

  private static final Duration DEFAULT_LAG = Duration.ofSeconds(1);

  private static final int TOKENS = 100;
  private static final double MAX_WAL_PER_REQUEST = 30;

  /**
   * Requests per step: each token is used twice a second, as by a user who works and not only
   * reads.
   */
  private static final int REQUESTS_PER_STEP = 100;

  private static final int STEPS_PER_MINUTE = 120;

  private final Random random = new Random(7);

  @TempDir private Path folder;

  @Test
  void steadyRequestsSendFewStatementsOnTheirThreads() throws Exception {
    try (StatementCountingNode node = new StatementCountingNode(folder, DEFAULT_LAG)) {
      List<PresentedToken> tokens = node.issue(TOKENS);
      useEach(node, tokens);
      node.resetCounts();

      int requests = use(node, tokens, 2 * STEPS_PER_MINUTE);

      note("default lag, steady", node, requests);
      assertThat(node.requestStatements()).isLessThanOrEqualTo(requests / 100);
      assertThat(node.pollStatements()).isEqualTo(node.polls());
      assertThat(node.renewalStatements()).allMatch(statements -> statements <= 1);
    }
  }

  /** The measured bytes include the rows that the test itself writes for each write. */
  @Test
  void steadyRequestsWriteLittleWal() throws Exception {
    try (StatementCountingNode node = new StatementCountingNode(folder, DEFAULT_LAG)) {
      List<PresentedToken> tokens = node.issue(TOKENS);
      useEach(node, tokens);
      double least = Double.MAX_VALUE;
      // The minimum of several: the server may be cleaning up after other tests.
      for (int i = 0; i < 4; i++) {
        long before = node.walPosition();
        int requests = use(node, tokens, STEPS_PER_MINUTE);
        least = Math.min(least, (double) (node.walPosition() - before) / requests);
      }
      Measurements.append("PostgreSQL, default lag, steady: %.1f bytes of WAL a request", least);
      assertThat(least).isPositive().isLessThanOrEqualTo(MAX_WAL_PER_REQUEST);
    }
  }

  @Test
  void newTokenCostsOneMoreStatement() throws Exception {
    try (StatementCountingNode node = new StatementCountingNode(folder, DEFAULT_LAG)) {
      List<PresentedToken> tokens = node.issue(TOKENS);
      List<PresentedToken> cold = node.issue(500);
      useEach(node, tokens);
      node.resetCounts();

      int requests = useEach(node, cold.subList(0, 250));
      requests += use(node, tokens, 95);
      requests += useEach(node, cold.subList(250, 500));

      note("default lag, 500 new tokens", node, requests);
      assertThat(requests).isEqualTo(10_000);
      assertThat(node.requestStatements()).isBetween(cold.size(), requests * 6 / 100);
    }
  }

  @Test
  void zeroLagCostsOneReadPerRequest() throws Exception {
    try (StatementCountingNode node = new StatementCountingNode(folder, Duration.ZERO)) {
      List<PresentedToken> tokens = node.issue(TOKENS);
      useEach(node, tokens);
      node.resetCounts();

      int requests = use(node, tokens, 2 * STEPS_PER_MINUTE);

      note("lag PT0S", node, requests);
      assertThat(node.requestStatements()).isEqualTo(requests);
      assertThat(node.pollStatements()).isZero();
      assertThat(node.renewalStatements()).allMatch(statements -> statements <= 1);
      assertThat(node.drainWritten()).hasSizeBetween(TOKENS, requests * 2 / 100);
    }
  }

  @Test
  void usedTokenIsWrittenOncePerInterval() throws Exception {
    try (StatementCountingNode node = new StatementCountingNode(folder, DEFAULT_LAG)) {
      List<PresentedToken> tokens = new ArrayList<>();
      while (tokens.size() < TOKENS) {
        tokens.addAll(node.issue(1));
        node.advanceTime();
      }
      node.drainWritten();
      Map<TokenId, Instant> written = new HashMap<>();
      int writes = 0;
      for (int step = 0; step < 3 * STEPS_PER_MINUTE; step++) {
        use(node, tokens, 1);
        for (TokenId id : node.drainWritten()) {
          Instant before = written.put(id, node.now());
          writes++;
          if (before != null) {
            assertThat(Duration.between(before, node.now()))
                .isGreaterThanOrEqualTo(StatementCountingNode.RENEWAL_INTERVAL);
          }
        }
      }
      assertThat(written).hasSize(TOKENS);
      assertThat(writes).isBetween(4 * TOKENS, 6 * TOKENS);
    }
  }

  @Test
  void thousandRenewalsAreOneStatement() throws Exception {
    try (StatementCountingNode node = new StatementCountingNode(folder, DEFAULT_LAG)) {
      assertThat(statementsFor(node, 1_000)).isEqualTo(1);
      assertThat(statementsFor(node, 1_001)).isEqualTo(2);
    }
  }

  /** Returns the number of statements that write the uses of this many new tokens in one tick. */
  private static int statementsFor(StatementCountingNode node, int number)
      throws TokenRejectedException, SQLException {
    List<PresentedToken> tokens = node.issue(number);
    useEach(node, tokens);
    node.resetCounts();
    for (int step = 0; step < STEPS_PER_MINUTE; step++) {
      node.advanceTime();
    }
    assertThat(node.drainWritten()).hasSize(number).doesNotHaveDuplicates();
    assertThat(node.renewalStatements()).filteredOn(statements -> statements > 0).hasSize(1);
    return node.renewalStatements().stream().mapToInt(Integer::intValue).sum();
  }

  private static int useEach(StatementCountingNode node, List<PresentedToken> tokens)
      throws TokenRejectedException {
    for (PresentedToken token : tokens) {
      node.request(token);
    }
    return tokens.size();
  }

  /** Makes requests with randomly chosen tokens, while time passes. */
  private int use(StatementCountingNode node, List<PresentedToken> tokens, int steps)
      throws TokenRejectedException {
    for (int step = 0; step < steps; step++) {
      for (int request = 0; request < REQUESTS_PER_STEP; request++) {
        node.request(tokens.get(random.nextInt(tokens.size())));
      }
      node.advanceTime();
    }
    return steps * REQUESTS_PER_STEP;
  }

  private static void note(String what, StatementCountingNode node, int requests) {
    Measurements.append(
        "PostgreSQL, %s, %,d requests: %.4f statements a request; in the background %d polls and %d"
            + " statements that renew",
        what,
        requests,
        (double) node.requestStatements() / requests,
        node.pollStatements(),
        node.renewalStatements().stream().mapToInt(Integer::intValue).sum());
  }
}
