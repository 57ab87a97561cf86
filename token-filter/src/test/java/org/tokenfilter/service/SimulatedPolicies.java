package org.tokenfilter.service;

import java.time.Duration;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.policy.TokenPolicy.Binding;
import org.tokenfilter.store.Limit;

/** Token policies, which differ from run to run. */
final class SimulatedPolicies {

  static final int SESSIONS = 4;
  private static final Duration GRACE = Duration.ofSeconds(10);

  private SimulatedPolicies() {}

  static TokenPolicy of(long seed) {
    return TokenPolicy.builder()
        .sessionIdleTimeout(Simulation.IDLE)
        .userIdleTimeout(Simulation.IDLE)
        .refreshGrace(seed % 3 == 0 ? GRACE : Duration.ZERO)
        .sessionLimit(
            new Limit(SESSIONS, seed % 5 == 0 ? Limit.Policy.REJECT : Limit.Policy.EVICT_OLDEST))
        .binding(Binding.OFF)
        .build();
  }
}
