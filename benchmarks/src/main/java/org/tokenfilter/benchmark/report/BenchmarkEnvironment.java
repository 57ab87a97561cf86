package org.tokenfilter.benchmark.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The date, the machine and the versions of a measurement. */
final class BenchmarkEnvironment {

  private static final OperatingSystemMXBean MACHINE = ManagementFactory.getOperatingSystemMXBean();

  /** The average number of threads that ran or waited for a core in the minute before the start. */
  private final double loadAverage = MACHINE.getSystemLoadAverage();

  String describe() {
    return String.format(
        Locale.ROOT,
        "Measured %s: %d cores for load, server and database together (load average before the"
            + " start: %.1f), %s, JDK %s; %s.",
        LocalDate.now(Clock.systemUTC()),
        MACHINE.getAvailableProcessors(),
        loadAverage,
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Runtime.version().feature(),
        versions());
  }

  private static String versions() {
    Properties versions = new Properties();
    try (InputStream stream =
        BenchmarkEnvironment.class.getResourceAsStream("versions.properties")) {
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
