package org.tokenfilter.notice;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Writes what operators must see, however often it happens, without filling the log: a warning at
 * most once per cause and interval, a failure with one line when it begins and one when it is over.
 * Thread-safe; a call that writes nothing takes well below a microsecond.
 *
 * <p>A cause is a short constant of the caller, such as {@code "cross-site"}, and never text of a
 * request: at most {@value #MOST_CAUSES} causes are told apart, and those beyond share one
 * interval.
 */
public final class Notices {

  /** Between two warnings of one cause. */
  public static final Duration INTERVAL = Duration.ofMinutes(1);

  private static final int MOST_CAUSES = 1_000;
  private static final String ANY_OTHER = "any other";

  private final LongSupplier nanoTime;
  private final Map<String, Repeated> warnings = new ConcurrentHashMap<>();
  private final Map<String, Outage> outages = new ConcurrentHashMap<>();

  /**
   * Nothing has been written yet.
   *
   * @param nanoTime measures, as {@link System#nanoTime()} does
   */
  public Notices(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Writes a WARN unless one of the same cause was written within the last minute. The next one
   * that is written says how many were left out.
   *
   * @param message with a {@code {}} for each argument: what is wrong, and what to do
   */
  public void warn(Logger log, String cause, String message, @Nullable Object... arguments) {
    long leftOut = of(warnings, cause, new Repeated()).take(nanoTime.getAsLong());
    if (leftOut == 0) {
      log.warn(message, arguments);
    } else if (leftOut > 0) {
      @Nullable Object[] more = Arrays.copyOf(arguments, arguments.length + 1);
      more[arguments.length] = leftOut;
      log.warn(message + " ({} more of this kind since the last such line)", more);
    }
  }

  /**
   * Writes a WARN for the first failure of an outage; those that follow are counted, until {@link
   * #works}. The stack trace of each is written at DEBUG. What fails again within a minute after it
   * worked is counted too, and told when that minute is over: where some calls fail and others do
   * not, the log does not fill.
   *
   * @param message what does not work, and what that means; without placeholders
   */
  public void failing(Logger log, String cause, String message, Throwable why) {
    if (of(outages, cause, new Outage()).fail(nanoTime.getAsLong())) {
      log.warn("{}: {}", message, why.toString());
    }
    log.debug("{}", message, why);
  }

  /**
   * Ends an outage with one line that counts its failures; does nothing where there is none.
   *
   * @param message what works again; without placeholders
   * @return whether all failures are told; else those that are not will be, by a call to come
   */
  public boolean works(Logger log, String cause, String message) {
    Outage outage = outages.get(cause);
    long failures = outage == null ? 0 : outage.end(nanoTime);
    if (failures > 0) {
      log.warn("{} ({} failures)", message, failures);
    }
    return failures >= 0;
  }

  private static <T> T of(Map<String, T> all, String cause, T first) {
    T known = all.get(cause);
    if (known != null) {
      return known;
    }
    String key = all.size() < MOST_CAUSES ? cause : ANY_OTHER;
    T other = all.putIfAbsent(key, first);
    return other == null ? first : other;
  }

  private static final class Repeated {

    private boolean written;
    private long writtenAt;
    private long leftOut;

    /** How many were left out before this one, which is to be written; negative: it is not. */
    synchronized long take(long now) {
      if (written && now - writtenAt < INTERVAL.toNanos()) {
        leftOut++;
        return -1;
      }
      written = true;
      writtenAt = now;
      long before = leftOut;
      leftOut = 0;
      return before;
    }
  }

  private static final class Outage {

    /** Whether there were failures since it last was over. */
    private volatile boolean failed;

    private boolean told;
    private boolean over;
    private long overAt;
    private long failures;

    /** Whether this one is to be written. */
    synchronized boolean fail(long now) {
      failures++;
      failed = true;
      if (told || (over && now - overAt < INTERVAL.toNanos())) {
        return false;
      }
      told = true;
      return true;
    }

    /**
     * How many failures are to be told; negative: it is too early to tell them. On every success:
     * without a lock and without the time as long as nothing fails.
     */
    long end(LongSupplier nanoTime) {
      return failed ? reset(nanoTime.getAsLong()) : 0;
    }

    private synchronized long reset(long now) {
      if (!failed) {
        return 0;
      }
      if (!told && over && now - overAt < INTERVAL.toNanos()) {
        return -1;
      }
      long before = failures;
      failures = 0;
      failed = false;
      told = false;
      over = true;
      overAt = now;
      return before;
    }
  }
}
