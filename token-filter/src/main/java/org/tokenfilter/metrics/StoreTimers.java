package org.tokenfilter.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.tokenfilter.monitor.StoreCallListener;
import org.tokenfilter.monitor.StoreOperation;

/** One timer for each store operation and each outcome. All timers exist from the start. */
final class StoreTimers implements StoreCallListener {

  private static final String NAME = "token.store.calls";

  private final Map<StoreOperation, Map<Outcome, Timer>> timers =
      new EnumMap<>(StoreOperation.class);

  /**
   * Registers the timers.
   *
   * @param ours decides whether a registered timer was created here; a timer that existed before is
   *     not used
   */
  StoreTimers(MeterRegistry registry, Iterable<Tag> tags, Predicate<? super Timer> ours) {
    for (StoreOperation operation : StoreOperation.values()) {
      Map<Outcome, Timer> ofOperation = new EnumMap<>(Outcome.class);
      for (Outcome outcome : Outcome.values()) {
        Timer timer = timer(registry, tags, operation, outcome);
        if (ours.test(timer)) {
          ofOperation.put(outcome, timer);
        }
      }
      timers.put(operation, ofOperation);
    }
  }

  private static Timer timer(
      MeterRegistry registry, Iterable<Tag> tags, StoreOperation operation, Outcome outcome) {
    return Timer.builder(NAME)
        .description("Calls of the token store, including the wait for a permit")
        .tags(
            Tags.concat(
                tags, "operation", LabelValues.of(operation), "outcome", LabelValues.of(outcome)))
        .register(registry);
  }

  @Override
  public void callFinished(StoreOperation operation, Outcome outcome, long nanos) {
    Map<Outcome, Timer> ofOperation = timers.get(operation);
    Timer timer = ofOperation == null ? null : ofOperation.get(outcome);
    if (timer != null) {
      timer.record(nanos, TimeUnit.NANOSECONDS);
    }
  }
}
