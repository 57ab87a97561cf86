package org.tokenfilter.integration.container;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * The warnings that Tomcat logs about resources that a stopped application left behind. Tomcat
 * checks this at the stop, and clears up many of them.
 */
final class ContainerWarnings implements AutoCloseable {

  private static final Logger TOMCAT =
      Logger.getLogger("org.apache.catalina.loader.WebappClassLoaderBase");

  /**
   * Warnings about the JVM instead of the application; and those about threads, because Tomcat does
   * not wait for a thread that is about to finish: see {@link RunningThreads}.
   */
  private static final List<String> IGNORED = List.of("--add-opens", "started a thread");

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          String text = new SimpleFormatter().formatMessage(line);
          if (line.getLevel().intValue() >= Level.WARNING.intValue()
              && IGNORED.stream().noneMatch(text::contains)) {
            lines.add(text);
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  ContainerWarnings() {
    TOMCAT.addHandler(handler);
  }

  List<String> lines() {
    return lines;
  }

  @Override
  public void close() {
    TOMCAT.removeHandler(handler);
  }
}
