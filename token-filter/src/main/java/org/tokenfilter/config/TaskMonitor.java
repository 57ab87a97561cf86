package org.tokenfilter.config;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A monitor of the health of one background task. Thread-safe. */
final class TaskMonitor {

  private final String name;
  private final long allowance;
  private final Ticker ticker;
  private boolean due;
  private long dueSince;
  private boolean succeeded;
  private long succeededAt;
  private @Nullable String failure;
  private long failedAt;
  private long failures;

  /**
   * Creates a monitor of a task that has not run yet.
   *
   * @param allowance the time for which the task may be due before it is overdue
   */
  TaskMonitor(String name, Duration allowance, Ticker nanos) {
    this.name = name;
    // convert() saturates: three times a hundred years exceed the range of nanoseconds.
    this.allowance = TimeUnit.NANOSECONDS.convert(allowance);
    this.ticker = nanos;
  }

  /** Marks the task as due, unless it already is. */
  synchronized void due() {
    if (!due) {
      dueSince = ticker.read();
      due = true;
    }
  }

  synchronized void succeeded() {
    succeededAt = ticker.read();
    succeeded = true;
    due = false;
  }

  synchronized void failed(Throwable why) {
    failedAt = ticker.read();
    failures++;
    failure = why.getClass().getSimpleName();
  }

  /** Marks the task as no longer due. */
  synchronized void clearDue() {
    due = false;
  }

  synchronized BackgroundTaskHealth state() {
    long now = ticker.read();
    return new BackgroundTaskHealth(
        name,
        succeeded ? Duration.ofNanos(now - succeededAt) : null,
        failure == null ? null : Duration.ofNanos(now - failedAt),
        failure,
        failures,
        due && now - dueSince > allowance);
  }
}
