package org.tokenfilter.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a file says, read again when the file has changed. A broken new content changes nothing and
 * is reported, once. Thread-safe; {@link #run} is for one thread.
 *
 * @param <T> what the file says; swapped whole
 */
final class ReloadedFile<T> implements Supplier<T>, Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(ReloadedFile.class);

  private final Path file;
  private final Reader<T> reader;
  private volatile T content;
  private @Nullable Look seen;
  private boolean settled;
  private @Nullable String lastProblem;

  /** Reads a file. */
  @FunctionalInterface
  interface Reader<T> {
    /**
     * What the file says.
     *
     * @throws IllegalArgumentException if that makes no sense; the message says why, without
     *     secrets
     */
    T read(Path file) throws IOException;
  }

  /**
   * Reads the file for the first time.
   *
   * @throws IllegalArgumentException as the reader does
   */
  ReloadedFile(Path file, Reader<T> reader) throws IOException {
    this.file = file;
    this.reader = reader;
    this.content = reader.read(file);
  }

  @Override
  public T get() {
    return content;
  }

  /** Reads the file again if it has changed since it was read last. */
  @Override
  public void run() {
    try {
      Look look = Look.at(file);
      boolean unchanged = look.equals(seen);
      if (unchanged && settled) {
        return;
      }
      // Two changes within the grain of the file's time look like one: so it is read once more.
      settled = unchanged;
      seen = look;
      content = reader.read(file);
      lastProblem = null;
      LOG.debug("{} was read again", file);
    } catch (Throwable e) {
      // Whatever it is: an executor gives up a task that throws, and says nothing.
      seen = null;
      report(e.toString());
    }
  }

  private void report(String problem) {
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.error("What was read before stays in force, since {} cannot be used: {}", file, problem);
    }
  }

  /** How a file looks from outside. */
  private record Look(FileTime modified, long size, @Nullable Object key) {
    static Look at(Path file) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Look(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }
  }
}
