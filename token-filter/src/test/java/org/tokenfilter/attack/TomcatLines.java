package org.tokenfilter.attack;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What Tomcat logs, at the levels that it has by itself, until this is closed. */
final class TomcatLines extends Handler {

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger logger = Logger.getLogger("org.apache");

  TomcatLines() {
    setFormatter(new SimpleFormatter());
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
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

  /** The lines so far: level, message and stack trace. */
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
    logger.setUseParentHandlers(logger.getHandlers().length == 0);
  }
}
