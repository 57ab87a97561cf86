package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.integration.TwoNodes.CLIENT;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.service.TokenStatistics;
import org.tokenfilter.service.TokenStatistics.CacheClearCause;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Subject;

/** A thousand revocations per second, during which the cache continues to serve live tokens. */
class ManyRevocationsOnTwoNodesTest {

  private static final int LIVE = 50;
  private static final int SECONDS = 20;
  private static final int SUBJECTS_PER_SECOND = 10;
  private static final int TOKENS_PER_SUBJECT = 100;

  @TempDir private Path folder;

  @Test
  void cacheStaysInUseAtThousandRevocationsPerSecond() throws Exception {
    try (TwoNodes nodes = new TwoNodes(folder, Duration.ZERO, Duration.ofSeconds(10))) {
      for (int subject = 0; subject < SECONDS * SUBJECTS_PER_SECOND; subject++) {
        nodes
            .records()
            .insertLiveOfSubject(revokedSubject(subject), TOKENS_PER_SUBJECT, Instant.now());
      }
      List<PresentedToken> live = new ArrayList<>();
      for (int i = 0; i < LIVE; i++) {
        IssuedToken token =
            nodes.node(0).issueOpen(Subject.of("live-" + i, "user"), Duration.ofHours(1), CLIENT);
        live.add(new PresentedToken(token.value(), Set.of(), CLIENT, false));
      }
      use(nodes, live);
      long[] hits = {hits(nodes, 0), hits(nodes, 1)};
      long[] misses = {misses(nodes, 0), misses(nodes, 1)};
      long begin = System.nanoTime();
      long ended = 0;
      for (int second = 0; second < SECONDS; second++) {
        for (int i = 0; i < SUBJECTS_PER_SECOND; i++) {
          ended += nodes.node(second).revokeAll(revokedSubject(second * SUBJECTS_PER_SECOND + i));
        }
        // At most that rate; lower on a slow machine.
        do {
          use(nodes, live);
        } while (System.nanoTime() - begin < Duration.ofSeconds(second + 1).toNanos());
      }
      double seconds = (System.nanoTime() - begin) / 1e9;

      assertThat(ended).isEqualTo((long) SECONDS * SUBJECTS_PER_SECOND * TOKENS_PER_SUBJECT);
      for (int node = 0; node < 2; node++) {
        TokenStatistics statistics = nodes.node(node).statistics();
        long fromMemory = hits(nodes, node) - hits[node];
        long read = misses(nodes, node) - misses[node];
        Measurements.append(
            "ends on two nodes: %d in %.1f s, %.0f a second; node %d: %d look-ups from memory,"
                + " %d from the store, memory emptied %d times",
            ended,
            seconds,
            ended / seconds,
            node,
            fromMemory,
            read,
            statistics.cacheClears(CacheClearCause.GAP));
        assertThat(statistics.cacheClears(CacheClearCause.GAP)).isZero();
        assertThat(fromMemory).as("cache hits on node %d", node).isGreaterThan(read);
      }
    }
  }

  private static String revokedSubject(int subject) {
    return "ends-" + subject + "/";
  }

  private static void use(TwoNodes nodes, List<PresentedToken> live) throws Exception {
    for (PresentedToken token : live) {
      nodes.node(0).validate(token);
      nodes.node(1).validate(token);
    }
  }

  private static long hits(TwoNodes nodes, int node) {
    return nodes.node(node).statistics().hits();
  }

  private static long misses(TwoNodes nodes, int node) {
    return nodes.node(node).statistics().misses();
  }
}
