package org.tokenfilter.config;

import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that no WebSocket engine answers before a token filter. The start is refused where one
 * with endpoints would; what comes later, an engine's filter or its first endpoint, is seen within
 * a second by a request, and from then on all requests are refused, so that it cannot stay unseen.
 * Thread-safe.
 */
public final class FilterWatch {

  private static final Logger LOG = LoggerFactory.getLogger(FilterWatch.class);
  private static final long INTERVAL = Duration.ofSeconds(1).toNanos();

  private final ServletContext context;
  private final String filter;
  private final LongSupplier nanoTime;
  private final AtomicLong last;
  private volatile boolean overtaken;

  /**
   * Looks for the first time, and tells what stands before the filter.
   *
   * @throws ConfigurationException if a WebSocket engine with endpoints does
   */
  FilterWatch(ServletContext context, String filter, LongSupplier nanoTime) {
    this.context = context;
    this.filter = filter;
    this.nanoTime = nanoTime;
    this.last = new AtomicLong(nanoTime.getAsLong());
    FilterInspection inspection = new FilterInspection(context, filter);
    require(inspection);
    tell(inspection);
  }

  /**
   * Looks on behalf of a filter or servlet that is no token filter: on some containers servlets
   * start before filters, and those only with the first request.
   */
  static void require(ServletContext context) {
    require(new FilterInspection(context, null));
  }

  private static void require(FilterInspection inspection) {
    List<String> overtaking = inspection.overtaking();
    if (!overtaking.isEmpty()) {
      throw new ConfigurationException(overtaking);
    }
  }

  private void tell(FilterInspection inspection) {
    List<String> before = inspection.before(filter);
    if (!before.isEmpty()) {
      LOG.info(
          "These filters run before the token filter {}, for everybody: {}",
          filter,
          String.join(", ", before));
    }
    inspection.waiting().forEach(it -> LOG.warn("Beware: {}", it));
    inspection
        .undecided()
        .forEach(
            it ->
                LOG.warn(
                    "This container does not show whether the WebSocket filter {} runs before the"
                        + " token filter {}. Ask for an endpoint without a token: the answer must"
                        + " be 401",
                    it,
                    filter));
  }

  /** Whether an engine with endpoints has come before the filter since the start. */
  public boolean isOvertaken() {
    long now = nanoTime.getAsLong();
    long before = last.get();
    if (!overtaken && now - before >= INTERVAL && last.compareAndSet(before, now)) {
      List<String> overtaking = new FilterInspection(context, filter).overtaking();
      if (!overtaking.isEmpty()) {
        overtaken = true;
        overtaking.forEach(
            it -> LOG.error("All requests are refused from now on, until a new start: {}", it));
      }
    }
    return overtaken;
  }
}
