package org.tokenfilter.config;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.tokenfilter.store.tck.SettableClock;

/**
 * A clock that throws a given throwable in the threads of one application, where they read the time
 * and where they write to the log.
 */
final class FaultInjector extends Clock implements AutoCloseable {

  private final SettableClock clock;
  private final String threadPrefix;
  private final Map<String, Integer> throwCount = new ConcurrentHashMap<>();
  private final LogFilter filter = new LogFilter();
  private volatile @Nullable Supplier<? extends Throwable> fault;

  /**
   * Throws nothing yet.
   *
   * @param threads the prefix of the names of the threads
   */
  FaultInjector(SettableClock clock, String threads) {
    this.clock = clock;
    this.threadPrefix = threads;
    context().addTurboFilter(filter);
  }

  /** Sets the throwable from now on; null for none. */
  void inject(@Nullable Supplier<? extends Throwable> next) {
    throwCount.clear();
    fault = next;
  }

  /** Returns the number of throws in the thread of a task. */
  int throwCount(String task) {
    return throwCount.getOrDefault(task, 0);
  }

  /** Throws in the threads of the application, if a throwable is set. */
  void throwIfSet() {
    Supplier<? extends Throwable> now = fault;
    String name = Thread.currentThread().getName();
    if (now != null && name.startsWith(threadPrefix + " ")) {
      throwCount.merge(name.substring(threadPrefix.length() + 1), 1, Integer::sum);
      throwAny(now.get());
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> void throwAny(Throwable any) throws T {
    throw (T) any;
  }

  @Override
  public Instant instant() {
    throwIfSet();
    return clock.instant();
  }

  @Override
  public ZoneId getZone() {
    return clock.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  @Override
  public void close() {
    context().getTurboFilterList().remove(filter);
  }

  private final class LogFilter extends TurboFilter {
    @Override
    public FilterReply decide(
        @Nullable Marker marker,
        Logger logger,
        Level level,
        @Nullable String format,
        Object @Nullable [] params,
        @Nullable Throwable t) {
      throwIfSet();
      return FilterReply.NEUTRAL;
    }
  }
}
