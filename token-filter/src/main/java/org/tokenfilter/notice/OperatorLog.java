package org.tokenfilter.notice;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A log for operators that reports repeated events without filling up. A warning is written at most
 * once per cause and interval, and an outage is written as one line when it starts and one when it
 * is over. Thread-safe. A call that writes nothing takes well below a microsecond.
 *
 * <p>A cause is a short constant of the caller, such as {@code "cross-site"}, and never text from a
 * request. At most {@value #MAX_CAUSES} causes are distinguished; all further ones share one
 * interval.
 */
public final class OperatorLog {

  /** The minimum time between two warnings of one cause. */
  public static final Duration INTERVAL = Duration.ofMinutes(1);

  private static final int MAX_CAUSES = 1_000;
  private static final String OTHER_CAUSES = "any other";

  private final LongSupplier nanoTime;
  private final Map<String, RepeatedWarning> warnings = new ConcurrentHashMap<>();
  private final Map<String, Outage> outages = new ConcurrentHashMap<>();

  /**
   * Creates a log in which no cause has been reported yet.
   *
   * @param nanoTime a monotonic clock in nanoseconds, such as {@link System#nanoTime()}
   */
  public OperatorLog(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Writes a WARN unless one of the same cause was written within {@link #INTERVAL}. The next line
   * that is written reports the number of suppressed ones.
   *
   * @param log the logger to write to
   * @param cause the constant that identifies the cause
   * @param message the problem and its remedy, with a {@code {}} for each argument
   * @param arguments the values for the placeholders
   */
  public void warn(Logger log, String cause, String message, @Nullable Object... arguments) {
    long leftOut = entryFor(warnings, cause, new RepeatedWarning()).claim(nanoTime.getAsLong());
    if (leftOut == 0) {
      log.warn(message, arguments);
    } else if (leftOut > 0) {
      @Nullable Object[] more = Arrays.copyOf(arguments, arguments.length + 1);
      more[arguments.length] = leftOut;
      log.warn(message + " ({} more of this kind since the last such line)", more);
    }
  }

  /**
   * Writes a WARN for the first failure of an outage. Further failures are only counted, until
   * {@link #reportRecovery} is called. The stack trace of each failure is written at DEBUG. If a
   * call fails again within {@link #INTERVAL} after the end of an outage, the failure is counted
   * and reported when that interval is over, so that intermittent failures do not fill the log.
   *
   * @param log the logger to write to
   * @param cause the constant that identifies the outage
   * @param message the failure and its consequence, without placeholders
   * @param why the failure
   */
  public void reportFailure(Logger log, String cause, String message, Throwable why) {
    if (entryFor(outages, cause, new Outage()).recordFailure(nanoTime.getAsLong())) {
      log.warn("{}: {}", message, why.toString());
    }
    log.debug("{}", message, why);
  }

  /**
   * Ends an outage with one line that reports the number of its failures. Does nothing if there is
   * no outage.
   *
   * @param log the logger to write to
   * @param cause the constant that identifies the outage
   * @param message the recovery, without placeholders
   * @return true if all failures have been reported; false if a later call must report some
   */
  public boolean reportRecovery(Logger log, String cause, String message) {
    Outage outage = outages.get(cause);
    long failures = outage == null ? 0 : outage.recover(nanoTime);
    if (failures > 0) {
      log.warn("{} ({} failures)", message, failures);
    }
    return failures >= 0;
  }

  private static <T> T entryFor(Map<String, T> all, String cause, T first) {
    T known = all.get(cause);
    if (known != null) {
      return known;
    }
    String key = all.size() < MAX_CAUSES ? cause : OTHER_CAUSES;
    T other = all.putIfAbsent(key, first);
    return other == null ? first : other;
  }

  private static final class RepeatedWarning {

    private boolean written;
    private long writtenAt;
    private long suppressed;

    /**
     * Returns the number of warnings that were suppressed before this one; negative if this one
     * must be suppressed as well.
     */
    synchronized long claim(long now) {
      if (written && now - writtenAt < INTERVAL.toNanos()) {
        suppressed++;
        return -1;
      }
      written = true;
      writtenAt = now;
      long before = suppressed;
      suppressed = 0;
      return before;
    }
  }

  private static final class Outage {

    /** True if there were failures since the last recovery. */
    private volatile boolean failed;

    private boolean reported;
    private boolean recovered;
    private long recoveredAt;
    private long failures;

    /** Returns whether this failure must be written. */
    synchronized boolean recordFailure(long now) {
      failures++;
      failed = true;
      if (reported || (recovered && now - recoveredAt < INTERVAL.toNanos())) {
        return false;
      }
      reported = true;
      return true;
    }

    /**
     * Returns the number of failures to report; negative if it is too early to report them. It is
     * called after every success, and takes neither a lock nor the time while there are no
     * failures.
     */
    long recover(LongSupplier nanoTime) {
      return failed ? reset(nanoTime.getAsLong()) : 0;
    }

    private synchronized long reset(long now) {
      if (!failed) {
        return 0;
      }
      if (!reported && recovered && now - recoveredAt < INTERVAL.toNanos()) {
        return -1;
      }
      long before = failures;
      failures = 0;
      failed = false;
      reported = false;
      recovered = true;
      recoveredAt = now;
      return before;
    }
  }
}
