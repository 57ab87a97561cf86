package org.tokenfilter.attack;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * The log lines of Tomcat until this handler is closed, at the default levels, except for the
 * loggers that docs/hardening.md sets to WARNING: those log the first malformed header or cookie.
 */
final class TomcatLogLines extends Handler {

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger logger = Logger.getLogger("org.apache");
  private final List<Logger> verboseLoggers =
      List.of(
          Logger.getLogger("org.apache.coyote.http11"),
          Logger.getLogger("org.apache.tomcat.util.http"));

  TomcatLogLines() {
    setFormatter(new SimpleFormatter());
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
    verboseLoggers.forEach(telltale -> telltale.setLevel(Level.WARNING));
  }

  @Override
  public void publish(LogRecord line) {
    StringWriter text = new StringWriter();
    text.append(line.getLevel() + " " + getFormatter().formatMessage(line));
    if (line.getThrown() != null) {
      line.getThrown().printStackTrace(new PrintWriter(text, true));
    }
    lines.add(text.toString());
  }

  /** Returns the lines so far: level, message and stack trace. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  /** Forgets the lines so far. */
  void take() {
    lines.clear();
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    verboseLoggers.forEach(telltale -> telltale.setLevel(null));
    logger.setUseParentHandlers(logger.getHandlers().length == 0);
  }
}
