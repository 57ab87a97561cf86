package org.tokenfilter.integration.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.tokenfilter.integration.Fork;

/** The folders of the containers that the build copies, and of the files of these tests. */
final class ContainerFolders {

  static final Path ROOT = Path.of("target/containers").toAbsolutePath();

  private static final Path TEST_FILES = Fork.folder("containers/files");

  private ContainerFolders() {}

  /** Returns the folder of this name, which {@link #createEmpty} created. */
  static Path folder(String name) {
    return TEST_FILES.resolve(name);
  }

  /** Creates an empty folder of this name. */
  static Path createEmpty(String name) throws IOException {
    Path folder = folder(name);
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
