package org.tokenfilter.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;

/** A security with a store that can fail, a clock that tests set, and a meter registry. */
final class MetricsFixture implements AutoCloseable {

  static final Subject ALICE = Subject.of("alice");
  static final ClientAddress CLIENT = ClientAddress.parse("192.0.2.1");

  final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
  final FaultyTokenStore store =
      new FaultyTokenStore(new InMemoryTokenStore(clock, Duration.ofHours(1)));
  final MeterRegistry registry = new SimpleMeterRegistry();
  final TokenSecurity security;
  final TokenMetrics metrics;
  private Map<String, Double> before = new TreeMap<>();

  MetricsFixture(Path folder, String lag) {
    security =
        TokenSecurity.builder()
            .setting("token.keys.file", folder.resolve("keys.jwks").toString())
            .setting("token.keys.generate", "true")
            .setting("token.revocation.lag", lag)
            .setting("token.renewal.interval", "PT5M")
            .setting("token.sweep.interval", "P1D")
            .store(store)
            .clock(clock)
            .build();
    metrics = new TokenMetrics(security);
    metrics.bindTo(registry);
    changes();
  }

  TokenService service() {
    return security.service();
  }

  static PresentedToken presented(IssuedToken token) {
    SessionId id = token.sessionId();
    return new PresentedToken(
        token.value(), id == null ? Set.of() : Set.of(id.value()), CLIENT, false);
  }

  /** Returns all counters and timers that changed since the last call, and by how much. */
  Map<String, Long> changes() {
    Map<String, Double> now = counts();
    Map<String, Long> changes = new TreeMap<>();
    now.forEach(
        (meter, count) -> {
          long more = Math.round(count - before.getOrDefault(meter, 0.0));
          if (more != 0) {
            changes.put(meter, more);
          }
        });
    before = now;
    return changes;
  }

  private Map<String, Double> counts() {
    Map<String, Double> counts = new TreeMap<>();
    for (Meter meter : registry.getMeters()) {
      if (meter instanceof FunctionCounter counter) {
        counts.put(nameWithLabels(meter), counter.count());
      } else if (meter instanceof Timer timer) {
        counts.put(nameWithLabels(meter), (double) timer.count());
      }
    }
    return counts;
  }

  /** Returns a meter's name with its labels: {@code token.lookups{result=hit}}. */
  static String nameWithLabels(Meter meter) {
    return meter.getId().getName()
        + meter.getId().getTags().stream()
            .map(tag -> tag.getKey() + "=" + tag.getValue())
            .collect(Collectors.joining(",", "{", "}"));
  }

  double seconds(String gauge) {
    TimeGauge found = registry.get(gauge).timeGauge();
    return found.value(TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    metrics.close();
    security.close();
  }
}
