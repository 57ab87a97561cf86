package org.tokenfilter.benchmark.micro;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Temporary folders for files. */
final class TemporaryFolder {

  private static final Path PARENT = Path.of("target", "benchmarks", "micro");

  private TemporaryFolder() {}

  /** Creates a new folder. */
  static Path create() throws IOException {
    return Files.createTempDirectory(Files.createDirectories(PARENT), "run").toAbsolutePath();
  }
}
