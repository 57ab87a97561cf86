package org.tokenfilter.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.tokenfilter.service.StoreObserver;
import org.tokenfilter.service.StoreOperation;

/** A timer for each operation of the store and each outcome, all of them there from the begin. */
final class StoreTimers implements StoreObserver {

  private static final String NAME = "token.store.calls";

  private final Map<StoreOperation, Map<Outcome, Timer>> timers =
      new EnumMap<>(StoreOperation.class);

  StoreTimers(MeterRegistry registry, Iterable<Tag> tags) {
    for (StoreOperation operation : StoreOperation.values()) {
      Map<Outcome, Timer> ofOperation = new EnumMap<>(Outcome.class);
      for (Outcome outcome : Outcome.values()) {
        ofOperation.put(outcome, timer(registry, tags, operation, outcome));
      }
      timers.put(operation, ofOperation);
    }
  }

  private static Timer timer(
      MeterRegistry registry, Iterable<Tag> tags, StoreOperation operation, Outcome outcome) {
    return Timer.builder(NAME)
        .description("Calls of the token store, with the wait for a place in it")
        .tags(Tags.concat(tags, "operation", Label.of(operation), "outcome", Label.of(outcome)))
        .register(registry);
  }

  List<Timer> all() {
    return timers.values().stream().map(Map::values).flatMap(Collection::stream).toList();
  }

  @Override
  public void called(StoreOperation operation, Outcome outcome, long nanos) {
    Map<Outcome, Timer> ofOperation = timers.get(operation);
    Timer timer = ofOperation == null ? null : ofOperation.get(outcome);
    if (timer != null) {
      timer.record(nanos, TimeUnit.NANOSECONDS);
    }
  }
}
