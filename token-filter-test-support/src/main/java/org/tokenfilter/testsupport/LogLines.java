package org.tokenfilter.testsupport;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** The lines that a logger and its descendants write until this is closed. */
public final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final Logger logger;
  private final @Nullable Level level;

  /** Captures every level. */
  public LogLines(String name) {
    this(name, Level.TRACE);
  }

  /** Captures the warnings and errors of a class. */
  public static LogLines warningsOf(Class<?> type) {
    return new LogLines(type.getName(), Level.WARN);
  }

  /** Captures this level and those above. */
  public LogLines(String name, Level from) {
    logger = (Logger) LoggerFactory.getLogger(name);
    level = logger.getLevel();
    setContext(logger.getLoggerContext());
    start();
    logger.setLevel(from);
    logger.setAdditive(false);
    logger.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    IThrowableProxy thrown = event.getThrowableProxy();
    String trace = thrown == null ? "" : " " + ThrowableProxyUtil.asString(thrown);
    messages.add(event.getFormattedMessage());
    lines.add(event.getLevel() + " " + event.getFormattedMessage() + trace);
  }

  /** Returns the lines so far: level, message and stack trace. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** Returns the messages so far, without level and stack trace. */
  public List<String> messages() {
    return List.copyOf(messages);
  }

  /** Returns and removes the lines since the last call. */
  public List<String> take() {
    List<String> taken = List.copyOf(lines);
    lines.removeAll(taken);
    return taken;
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setAdditive(true);
    logger.setLevel(level);
    stop();
  }
}
