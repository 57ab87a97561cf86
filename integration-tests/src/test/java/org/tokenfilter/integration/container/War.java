package org.tokenfilter.integration.container;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;

/** Packs and unpacks WARs. */
final class War {

  /** The WAR of the sample, as the build packs it. */
  static final Path SAMPLE =
      Path.of("../sample-webapp/target/sample-webapp.war").toAbsolutePath().normalize();

  private War() {}

  /** Unpacks a WAR into a folder that need not exist. */
  static void unpack(Path war, Path folder) throws IOException {
    try (JarFile jar = new JarFile(war.toFile())) {
      for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
        JarEntry entry = entries.nextElement();
        Path target = folder.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(target);
        } else {
          Files.createDirectories(target.getParent());
          try (InputStream in = jar.getInputStream(entry);
              OutputStream out = Files.newOutputStream(target)) {
            in.transferTo(out);
          }
        }
      }
    }
  }

  /** Packs the content of a folder, without compression, which would take longer than all else. */
  static void pack(Path folder, Path war) throws IOException {
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(war));
        Stream<Path> files = Files.walk(folder)) {
      jar.setLevel(Deflater.NO_COMPRESSION);
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        jar.putNextEntry(new JarEntry(folder.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, jar);
      }
    }
  }
}
