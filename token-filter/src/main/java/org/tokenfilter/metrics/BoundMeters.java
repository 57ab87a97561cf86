package org.tokenfilter.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.config.BackgroundTask;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.service.FeedState;
import org.tokenfilter.service.TokenCounts;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.token.Rejection;

/** All meters of one application in one registry. Not thread-safe. */
final class BoundMeters {

  private static final Logger LOG = LoggerFactory.getLogger(TokenMetrics.class);
  private static final double MILLIS_PER_SECOND = 1e3;

  private final MeterRegistry registry;
  private final Tags tags;
  private final Set<Meter.Id> before = new HashSet<>();
  private final Set<String> notOurs = new TreeSet<>();
  private final List<Meter> meters = new ArrayList<>();
  private final TokenService.Listening timing;

  BoundMeters(TokenSecurity security, MeterRegistry registry, Tags tags) {
    this.registry = registry;
    this.tags = tags;
    registry.getMeters().forEach(meter -> before.add(meter.getId()));
    try {
      count(security.service().counts());
      gauge(security);
      this.timing = security.storeCalls().observe(new StoreTimers(registry, tags, this::own));
    } catch (RuntimeException refused) {
      // The registry may outlive the application, and nothing else could remove the meters any
      // more.
      meters.forEach(registry::remove);
      throw refused;
    }
    if (!notOurs.isEmpty()) {
      LOG.warn(
          "The registry already has meters with these names and tags, which are not replaced: {}",
          notOurs);
    }
  }

  /**
   * Records a meter for removal, unless the registry had it before: only its creator may remove it.
   *
   * @return whether this object has created the meter
   */
  private boolean own(Meter meter) {
    boolean ours = !before.contains(meter.getId());
    if (ours) {
      meters.add(meter);
    } else {
      notOurs.add(meter.getId().getName());
    }
    return ours;
  }

  private void count(TokenCounts counts) {
    String validations = "token.validations";
    String tokens = "Tokens that requests presented, by outcome";
    counter(validations, tokens, "outcome", "accepted", counts, TokenCounts::accepted);
    counter(validations, tokens, "outcome", "unavailable", counts, TokenCounts::unavailable);
    for (Rejection rejection : TokenCounts.REFUSALS) {
      counter(
          validations, tokens, "outcome", Label.of(rejection), counts, it -> it.refused(rejection));
    }
    String lookups = "token.lookups";
    String records = "Lookups of token records, from memory (hit) or from the store (miss)";
    counter(lookups, records, "result", "hit", counts, TokenCounts::hits);
    counter(lookups, records, "result", "miss", counts, TokenCounts::misses);
    String renewals = "token.renewals";
    String uses = "Uses that may renew a token, and renewals that the store has acknowledged";
    counter(renewals, uses, "step", "offered", counts, TokenCounts::offered);
    counter(renewals, uses, "step", "written", counts, TokenCounts::written);
    for (Rejection rejection : TokenCounts.LOGIN_FAILURES) {
      counter(
          "token.logins.failed",
          "Logins that were rejected",
          "rejection",
          Label.of(rejection),
          counts,
          it -> it.loginsFailed(rejection));
    }
    for (TokenCounts.Emptying cause : TokenCounts.Emptying.values()) {
      counter(
          "token.memory.emptied",
          "How often all live tokens were removed from this node's memory",
          "cause",
          Label.of(cause),
          counts,
          it -> it.emptied(cause));
    }
    for (TokenKind kind : TokenKind.values()) {
      counter(
          "token.issued",
          "Tokens that were issued, and sessions that were opened",
          "kind",
          Label.of(kind),
          counts,
          it -> it.issued(kind));
    }
    for (Reason reason : Reason.values()) {
      counter(
          "token.ended",
          "Token records that this node has revoked or recorded as expired",
          "reason",
          Label.of(reason),
          counts,
          it -> it.ended(reason));
    }
  }

  private void counter(
      String name,
      String description,
      String label,
      String value,
      TokenCounts counts,
      ToDoubleFunction<TokenCounts> count) {
    own(
        FunctionCounter.builder(name, counts, count)
            .description(description)
            .tags(tags.and(label, value))
            .register(registry));
  }

  private void gauge(TokenSecurity security) {
    own(
        Gauge.builder("token.live", security, it -> it.service().live())
            .description("Tokens and sessions that this node keeps in memory")
            .tags(tags)
            .register(registry));
    age(
        "token.feed.age",
        "Time since the start of the last poll of revocations that was applied",
        security,
        it -> seconds(it.service().feed().map(FeedState::age).orElse(null)));
    age(
        "token.key.age",
        "Time since the active key was created",
        security,
        it -> seconds(it.health().key().age()));
    security.health().tasks().forEach(task -> gauge(security, task.name()));
  }

  /**
   * Registers the meters of a background task. The tasks do not change while the application runs.
   */
  private void gauge(TokenSecurity security, String task) {
    Tags ofTask = tags.and("task", task);
    own(
        TimeGauge.builder(
                "token.background.age",
                security,
                TimeUnit.SECONDS,
                it -> seconds(state(it, task).sinceSuccess()))
            .description("Time since a background task last succeeded")
            .tags(ofTask)
            .register(registry));
    own(
        Gauge.builder("token.background.overdue", security, it -> state(it, task).overdue() ? 1 : 0)
            .description("Whether a background task should have succeeded by now and has not")
            .tags(ofTask)
            .register(registry));
    own(
        FunctionCounter.builder(
                "token.background.failures", security, it -> state(it, task).failures())
            .description("Failures of a background task")
            .tags(ofTask)
            .register(registry));
  }

  private static BackgroundTask state(TokenSecurity security, String name) {
    return security.health().tasks().stream()
        .filter(task -> task.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void age(
      String name,
      String description,
      TokenSecurity security,
      ToDoubleFunction<TokenSecurity> age) {
    own(
        TimeGauge.builder(name, security, TimeUnit.SECONDS, age)
            .description(description)
            .tags(tags)
            .register(registry));
  }

  private static double seconds(@Nullable Duration age) {
    return age == null ? Double.NaN : age.toMillis() / MILLIS_PER_SECOND;
  }

  boolean areIn(MeterRegistry other) {
    return registry == other;
  }

  /** Removes the meters from the registry. */
  void remove() {
    timing.close();
    meters.forEach(registry::remove);
  }
}
