package org.tokenfilter.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The content of a file, reloaded when the file changes:
 *
 * <ol>
 *   <li>New content is applied when two consecutive checks have found the same. A file that is
 *       temporarily empty or truncated while it is written is ignored.
 *   <li>Invalid content, or a missing file, changes nothing.
 *   <li>Content that {@link PlausibilityCheck} objects to is applied when the objection has
 *       persisted for {@value #HELD_CHECKS} checks.
 *   <li>Content that is not applied is reported, and again every {@value #HELD_CHECKS} checks while
 *       the problem lasts.
 * </ol>
 *
 * <p>Thread-safe; {@link #check} is for one thread.
 *
 * @param <T> the type of the content; replaced as a whole
 */
final class ReloadingFile<T> implements ReloadableContent<T> {

  /** The number of checks for which suspicious content is held back: a minute by default. */
  static final int HELD_CHECKS = 30;

  private static final Logger LOG = LoggerFactory.getLogger(ReloadingFile.class);
  private static final int BUFFER_SIZE = 64 * 1024;

  private final Path file;
  private final Reader<T> reader;
  private final PlausibilityCheck<T> plausibilityCheck;
  private final List<Runnable> changes = new CopyOnWriteArrayList<>();
  private final RepeatedReport problems = new RepeatedReport(HELD_CHECKS);
  private volatile T content;

  /** The digest of the content in force; null until two checks have found it. */
  private @Nullable String activeDigest;

  private @Nullable String candidateDigest;
  private @Nullable Fingerprint lastRead;
  private @Nullable Fingerprint stable;
  private Optional<String> lastObjection = Optional.empty();
  private int objections;
  private int unstableChecks;

  /** A reader of the file's content. */
  @FunctionalInterface
  interface Reader<T> {
    /**
     * Reads the content.
     *
     * @throws IllegalArgumentException if the content is invalid; the message says why, without
     *     secrets
     * @throws IOException if the file cannot be read
     */
    T read(Path file) throws IOException;
  }

  /** A plausibility check of new content before it is applied. */
  @FunctionalInterface
  interface PlausibilityCheck<T> {
    /** Returns the reason why the new content looks like a mistake; empty if it does not. */
    Optional<String> objection(T before, T after);
  }

  /**
   * Reads the file for the first time; any valid content will be applied later.
   *
   * @throws IllegalArgumentException if the content is invalid
   * @throws IOException if the file cannot be read
   */
  ReloadingFile(Path file, Reader<T> reader) throws IOException {
    this(file, reader, (before, after) -> Optional.empty());
  }

  /**
   * Reads the file for the first time.
   *
   * @throws IllegalArgumentException if the content is invalid
   * @throws IOException if the file cannot be read
   */
  ReloadingFile(Path file, Reader<T> reader, PlausibilityCheck<T> plausibilityCheck)
      throws IOException {
    this.file = file;
    this.reader = reader;
    this.plausibilityCheck = plausibilityCheck;
    this.content = reader.read(file);
  }

  @Override
  public T get() {
    return content;
  }

  /** Adds an action that the checking thread runs each time new content has come into force. */
  void onChange(Runnable change) {
    changes.add(change);
  }

  /** Checks the file, and reads it if it has changed since it was last read. */
  @Override
  public Optional<Throwable> check() {
    try {
      Fingerprint fingerprint = Fingerprint.of(file);
      if (fingerprint.equals(stable) || reloadIfStable(fingerprint)) {
        unstableChecks = 0;
        problems.resolved(() -> LOG.info("{} can be used again", file));
      } else if (++unstableChecks > HELD_CHECKS) {
        throw new IllegalStateException("no two consecutive checks found the same content");
      }
      return Optional.empty();
    } catch (Throwable e) {
      stable = null;
      // Without a stack trace, since the message says what is wrong with the file.
      problems.report(
          e.toString(),
          () ->
              LOG.error(
                  "The previous content stays in force, since {} cannot be used: {}",
                  file,
                  e.toString()));
      return Optional.of(e);
    }
  }

  /** Reads the file if its content is stable; returns false if it may still be changing. */
  private boolean reloadIfStable(Fingerprint fingerprint) throws IOException {
    String digest = digest();
    if (!digest.equals(candidateDigest)) {
      candidateDigest = digest;
      return false;
    }
    T read = reader.read(file);
    if (!digest.equals(digest())) {
      candidateDigest = null;
      return false;
    }
    apply(digest, read);
    // Two changes within the resolution of the file's time look like one; read it once more.
    stable = fingerprint.equals(lastRead) ? fingerprint : null;
    lastRead = fingerprint;
    return true;
  }

  private void apply(String digest, T read) {
    Optional<String> objection =
        digest.equals(activeDigest) ? Optional.empty() : plausibilityCheck.objection(content, read);
    // A different objection may be a different mistake, and must persist by itself.
    objections = objection.isEmpty() ? 0 : objection.equals(lastObjection) ? objections + 1 : 1;
    lastObjection = objection;
    if (objection.isPresent() && objections <= HELD_CHECKS) {
      throw new SuspiciousContentException(objection.get());
    }
    if (objection.isPresent()) {
      LOG.warn("{} is in force now, since this objection persisted: {}", file, objection.get());
    }
    objections = 0;
    if (!digest.equals(activeDigest)) {
      content = read;
      changes.forEach(Runnable::run);
      // Last, so that all actions run again if one of them fails.
      activeDigest = digest;
      LOG.debug("{} was read again", file);
    }
  }

  /** Computes the digest of the whole file, in chunks since the file may be very large. */
  private String digest() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] piece = new byte[BUFFER_SIZE];
      for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
        sha256.update(piece, 0, length);
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this platform has no SHA-256", e);
    }
  }

  /** The attributes by which a change of the file is detected. */
  private record Fingerprint(Object changed, long size, @Nullable Object key) {
    static Fingerprint of(Path file) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        // Checked before it is opened, since opening a pipe would wait for a writer.
        throw new IllegalArgumentException("it is not a regular file");
      }
      // On Unix the ctime, which programs cannot set and which new permissions change as well.
      boolean unix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
      Object changed =
          unix ? Files.getAttribute(file, "unix:ctime") : attributes.lastModifiedTime();
      return new Fingerprint(changed, attributes.size(), attributes.fileKey());
    }
  }
}
