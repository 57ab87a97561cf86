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
import org.tokenfilter.config.BackgroundTaskHealth;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.service.TokenService.ChangeFeedState;
import org.tokenfilter.service.TokenStatistics;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subscription;

/** All meters of one application in one registry. Not thread-safe. */
final class BoundMeters {

  private static final double MILLIS_PER_SECOND = 1e3;

  private final MeterRegistry registry;
  private final Tags tags;
  private final Set<Meter.Id> existing = new HashSet<>();
  private final Set<String> foreignNames = new TreeSet<>();
  private final List<Meter> meters = new ArrayList<>();
  private final Subscription storeCallSubscription;

  BoundMeters(TokenSecurity security, MeterRegistry registry, Tags tags) {
    this.registry = registry;
    this.tags = tags;
    registry.getMeters().forEach(meter -> existing.add(meter.getId()));
    try {
      registerCounters(security.service().statistics());
      registerGauges(security);
      this.storeCallSubscription =
          security.storeCalls().addListener(new StoreTimers(registry, tags, this::track));
    } catch (RuntimeException refused) {
      // The registry may outlive the application, and nothing else could remove the meters any
      // more.
      meters.forEach(registry::remove);
      throw refused;
    }
  }

  /** Returns the names of the meters that the registry had before, and which are not replaced. */
  Set<String> foreignNames() {
    return foreignNames;
  }

  /**
   * Records a meter for removal, unless the registry had it before: only its creator may remove it.
   *
   * @return whether this object has created the meter
   */
  private boolean track(Meter meter) {
    boolean ours = !existing.contains(meter.getId());
    if (ours) {
      meters.add(meter);
    } else {
      foreignNames.add(meter.getId().getName());
    }
    return ours;
  }

  private void registerCounters(TokenStatistics statistics) {
    String validations = "token.validations";
    String tokens = "Tokens that requests presented, by outcome";
    registerCounter(
        validations, tokens, "outcome", "accepted", statistics, TokenStatistics::accepted);
    registerCounter(
        validations, tokens, "outcome", "unavailable", statistics, TokenStatistics::unavailable);
    for (Rejection rejection : TokenStatistics.REJECTIONS) {
      registerCounter(
          validations,
          tokens,
          "outcome",
          LabelValues.of(rejection),
          statistics,
          it -> it.rejected(rejection));
    }
    String lookups = "token.lookups";
    String records = "Lookups of token records, from memory (hit) or from the store (miss)";
    registerCounter(lookups, records, "result", "hit", statistics, TokenStatistics::hits);
    registerCounter(lookups, records, "result", "miss", statistics, TokenStatistics::misses);
    String renewals = "token.renewals";
    String uses = "Uses that may renew a token, and renewals that the store has acknowledged";
    registerCounter(
        renewals, uses, "step", "offered", statistics, TokenStatistics::renewalsRequested);
    registerCounter(
        renewals, uses, "step", "written", statistics, TokenStatistics::renewalsWritten);
    for (Rejection rejection : TokenStatistics.LOGIN_REJECTIONS) {
      registerCounter(
          "token.logins.failed",
          "Logins that were rejected",
          "rejection",
          LabelValues.of(rejection),
          statistics,
          it -> it.failedLogins(rejection));
    }
    for (TokenStatistics.CacheClearCause cause : TokenStatistics.CacheClearCause.values()) {
      registerCounter(
          "token.memory.emptied",
          "How often the live tokens of the store, or of a shard, were removed from this node's memory",
          "cause",
          LabelValues.of(cause),
          statistics,
          it -> it.cacheClears(cause));
    }
    for (TokenKind kind : TokenKind.values()) {
      registerCounter(
          "token.issued",
          "Tokens that were issued, and sessions that were opened",
          "kind",
          LabelValues.of(kind),
          statistics,
          it -> it.issued(kind));
    }
    for (RevocationReason reason : RevocationReason.values()) {
      registerCounter(
          "token.ended",
          "Token records that this node has revoked or recorded as expired",
          "reason",
          LabelValues.of(reason),
          statistics,
          it -> it.revoked(reason));
    }
  }

  private void registerCounter(
      String name,
      String description,
      String label,
      String value,
      TokenStatistics statistics,
      ToDoubleFunction<TokenStatistics> count) {
    track(
        FunctionCounter.builder(name, statistics, count)
            .description(description)
            .tags(tags.and(label, value))
            .register(registry));
  }

  private void registerGauges(TokenSecurity security) {
    track(
        Gauge.builder("token.live", security, it -> it.service().cachedTokens())
            .description("Tokens and sessions that this node keeps in memory")
            .tags(tags)
            .register(registry));
    registerAgeGauge(
        "token.feed.age",
        "Time since the start of the last poll of changes that was applied",
        security,
        it -> seconds(it.service().feed().map(ChangeFeedState::age).orElse(null)));
    registerAgeGauge(
        "token.key.age",
        "Time since the active key was created",
        security,
        it -> seconds(it.health().key().age()));
    security.health().tasks().forEach(task -> registerGauges(security, task.name()));
  }

  /**
   * Registers the meters of a background task. The tasks do not change while the application runs.
   */
  private void registerGauges(TokenSecurity security, String task) {
    Tags ofTask = tags.and("task", task);
    track(
        TimeGauge.builder(
                "token.background.age",
                security,
                TimeUnit.SECONDS,
                it -> seconds(taskState(it, task).sinceSuccess()))
            .description("Time since a background task last succeeded")
            .tags(ofTask)
            .register(registry));
    track(
        Gauge.builder(
                "token.background.overdue", security, it -> taskState(it, task).overdue() ? 1 : 0)
            .description("Whether a background task should have succeeded by now and has not")
            .tags(ofTask)
            .register(registry));
    track(
        FunctionCounter.builder(
                "token.background.failures", security, it -> taskState(it, task).failures())
            .description("Failures of a background task")
            .tags(ofTask)
            .register(registry));
  }

  private static BackgroundTaskHealth taskState(TokenSecurity security, String name) {
    return security.health().tasks().stream()
        .filter(task -> task.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void registerAgeGauge(
      String name,
      String description,
      TokenSecurity security,
      ToDoubleFunction<TokenSecurity> age) {
    track(
        TimeGauge.builder(name, security, TimeUnit.SECONDS, age)
            .description(description)
            .tags(tags)
            .register(registry));
  }

  private static double seconds(@Nullable Duration age) {
    return age == null ? Double.NaN : age.toMillis() / MILLIS_PER_SECOND;
  }

  boolean isBoundTo(MeterRegistry other) {
    return registry == other;
  }

  /** Removes the meters from the registry. */
  void remove() {
    storeCallSubscription.close();
    meters.forEach(registry::remove);
  }
}
