package org.tokenfilter.container;

import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A check that no WebSocket engine answers before a token filter. An engine with endpoints stops
 * the start. An engine's filter or first endpoint that is added later is detected by a request
 * within a second; from then on all requests are refused, so that the fault is noticed.
 * Thread-safe.
 */
public final class FilterWatch {

  private static final Logger LOG = LoggerFactory.getLogger(FilterWatch.class);
  private static final long INTERVAL = Duration.ofSeconds(1).toNanos();

  private final ServletContext context;
  private final String filter;
  private final LongSupplier nanoTime;
  private final AtomicLong lastCheck;
  private volatile boolean bypassed;

  /** Creates a watch, which {@link #start} must start. */
  public FilterWatch(ServletContext context, String filter, LongSupplier nanoTime) {
    this.context = context;
    this.filter = filter;
    this.nanoTime = nanoTime;
    this.lastCheck = new AtomicLong(nanoTime.getAsLong());
  }

  /**
   * Checks for the first time. If no WebSocket engine with endpoints runs before the token filter,
   * logs the filters that do.
   *
   * @return the engines with endpoints that run before the token filter, each with the remedy
   */
  public List<String> start() {
    PrecedingFilters inspection = new PrecedingFilters(context, filter);
    List<String> overtaking = inspection.bypassing();
    if (overtaking.isEmpty()) {
      logFindings(inspection);
    }
    return overtaking;
  }

  /**
   * Checks on behalf of a servlet, or of a filter other than the token filter. On some containers
   * servlets start before filters, and filters start only with the first request.
   *
   * @return the engines with endpoints that run before a token filter, each with the remedy
   */
  public static List<String> bypassing(ServletContext context) {
    return new PrecedingFilters(context, null).bypassing();
  }

  private void logFindings(PrecedingFilters inspection) {
    List<String> before = inspection.before(filter);
    if (!before.isEmpty()) {
      LOG.info(
          "These filters run before the token filter {}, even without a token: {}",
          filter,
          String.join(", ", before));
    }
    inspection.potentiallyBypassing().forEach(it -> LOG.warn("Possible bypass: {}", it));
    inspection
        .unverifiable()
        .forEach(
            it ->
                LOG.warn(
                    "The container does not reveal whether the WebSocket filter {} runs before the"
                        + " token filter {}. Call an endpoint without a token: the response must"
                        + " be 401",
                    it,
                    filter));
  }

  /**
   * Returns true if an engine with endpoints runs before the token filter. Checks at most once a
   * second; stays true once it is.
   */
  public boolean isBypassed() {
    long now = nanoTime.getAsLong();
    long before = lastCheck.get();
    if (!bypassed && now - before >= INTERVAL && lastCheck.compareAndSet(before, now)) {
      List<String> overtaking = new PrecedingFilters(context, filter).bypassing();
      if (!overtaking.isEmpty()) {
        bypassed = true;
        overtaking.forEach(
            it -> LOG.error("All requests are refused until the application is restarted: {}", it));
      }
    }
    return bypassed;
  }
}
