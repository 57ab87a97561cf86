package org.tokenfilter;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The warnings and errors of a class while this is open; the console does not show them. */
public final class CapturedWarnings implements AutoCloseable {

  private final Logger logger;
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();

  private CapturedWarnings(Logger logger) {
    this.logger = logger;
  }

  public static CapturedWarnings of(Class<?> type) {
    CapturedWarnings logged = new CapturedWarnings((Logger) LoggerFactory.getLogger(type));
    logged.events.start();
    logged.logger.setLevel(Level.WARN);
    logged.logger.setAdditive(false);
    logged.logger.addAppender(logged.events);
    return logged;
  }

  /** Returns the messages so far. */
  public List<String> messages() {
    return List.copyOf(events.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Override
  public void close() {
    logger.detachAppender(events);
    logger.setAdditive(true);
    logger.setLevel(null);
  }
}
