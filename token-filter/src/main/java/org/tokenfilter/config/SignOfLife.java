package org.tokenfilter.config;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is known of a background task while it runs. Thread-safe. */
final class SignOfLife {

  private final String name;
  private final long allowance;
  private final Ticker nanos;
  private boolean due;
  private long dueSince;
  private boolean succeeded;
  private long succeededAt;
  private @Nullable String failure;
  private long failedAt;
  private long failures;

  /**
   * Nothing has happened yet.
   *
   * @param allowance how long the task may be due before it is overdue
   */
  SignOfLife(String name, Duration allowance, Ticker nanos) {
    this.name = name;
    // That of an interval of a hundred years is longer than nanoseconds can tell.
    this.allowance = TimeUnit.NANOSECONDS.convert(allowance);
    this.nanos = nanos;
  }

  /** A success is waited for from now on, unless one is waited for already. */
  synchronized void due() {
    if (!due) {
      dueSince = nanos.read();
      due = true;
    }
  }

  synchronized void succeeded() {
    succeededAt = nanos.read();
    succeeded = true;
    due = false;
  }

  synchronized void failed(Throwable why) {
    failedAt = nanos.read();
    failures++;
    failure = why.getClass().getSimpleName();
  }

  /** No success is waited for any more. */
  synchronized void rests() {
    due = false;
  }

  synchronized BackgroundTask state() {
    long now = nanos.read();
    return new BackgroundTask(
        name,
        succeeded ? Duration.ofNanos(now - succeededAt) : null,
        failure == null ? null : Duration.ofNanos(now - failedAt),
        failure,
        failures,
        due && now - dueSince > allowance);
  }
}
