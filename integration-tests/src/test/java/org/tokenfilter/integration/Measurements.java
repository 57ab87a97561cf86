package org.tokenfilter.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** Measurements, appended to {@code target/figures.txt}. */
final class Measurements {

  private static final Path FILE = Path.of("target", "figures.txt");

  private Measurements() {}

  static void append(String format, Object... values) {
    try {
      Files.writeString(
          FILE,
          String.format(Locale.ROOT, format, values) + System.lineSeparator(),
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
