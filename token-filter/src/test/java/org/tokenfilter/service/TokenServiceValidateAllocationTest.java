package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenRejectedException;

/** The whole allocation of validating a cached token. */
final class TokenServiceValidateAllocationTest {

  private static final int ROUNDS = 20;
  private static final int REQUESTS = 2_000;

  /** Measurements show about 850, less the part that the compiler happens to optimize away. */
  private static final int MAX_ALLOCATED_BYTES = 1_200;

  @Test
  void validatingACachedSessionTokenAllocatesLittle() throws Exception {
    TestNode node = new TestNode(new ServiceFixture()).polled();
    IssuedToken token =
        node.service.issueSession(
            ServiceFixture.ALICE, Duration.ZERO, ServiceFixture.CLIENT, Set.of());
    PresentedToken presented = ServiceFixture.presented(token);
    node.service.validate(presented);
    int finds = node.findCount();

    assertThat(allocatedPerRequest(node, presented))
        .isPositive()
        .isLessThanOrEqualTo(MAX_ALLOCATED_BYTES);
    assertThat(node.findCount()).isEqualTo(finds);
  }

  private static long allocatedPerRequest(TestNode node, PresentedToken presented)
      throws TokenRejectedException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int j = 0; j < REQUESTS; j++) {
        node.service.validate(presented);
      }
      least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / REQUESTS);
    }
    return least;
  }
}
