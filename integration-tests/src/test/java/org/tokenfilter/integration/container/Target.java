package org.tokenfilter.integration.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.tokenfilter.integration.Fork;

/** Where the build puts the containers, and these tests their files. */
final class Target {

  static final Path FOLDER = Path.of("target/containers").toAbsolutePath();

  private static final Path OWN = Fork.folder("containers/files");

  private Target() {}

  /** A folder of this name, with nothing in it. */
  static Path empty(String name) throws IOException {
    Path folder = OWN.resolve(name);
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    return Files.createDirectories(folder);
  }
}
