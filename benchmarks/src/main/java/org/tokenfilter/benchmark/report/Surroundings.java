package org.tokenfilter.benchmark.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** When, on what and with what was measured. */
final class Surroundings {

  String line() {
    Runtime machine = Runtime.getRuntime();
    return "Measured %s: %d cores for load, server and database together, %s, JDK %s; %s."
        .formatted(
            LocalDate.now(Clock.systemUTC()),
            machine.availableProcessors(),
            System.getProperty("os.name") + " " + System.getProperty("os.arch"),
            Runtime.version().feature(),
            versions());
  }

  private static String versions() {
    Properties versions = new Properties();
    try (InputStream stream = Surroundings.class.getResourceAsStream("versions.properties")) {
      versions.load(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TreeSet<>(versions.stringPropertyNames())
        .stream()
            .map(name -> name + " " + versions.getProperty(name))
            .collect(Collectors.joining(", "));
  }
}
