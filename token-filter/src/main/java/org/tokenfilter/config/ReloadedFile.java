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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a file says, read again when the file has changed:
 *
 * <ol>
 *   <li>New content is taken when two looks in a row have found the same: a file that is empty or
 *       cut off for a moment, while it is written, is passed over.
 *   <li>Content that is broken, or a file that is gone, changes nothing.
 *   <li>Content that {@link Caution} objects to is taken when the objection has lasted for {@value
 *       #HELD_LOOKS} looks.
 *   <li>What is not taken is reported, and again every {@value #HELD_LOOKS} looks for as long as it
 *       lasts.
 * </ol>
 *
 * <p>Thread-safe; {@link #look} is for one thread.
 *
 * @param <T> what the file says; swapped whole
 */
final class ReloadedFile<T> implements Supplier<T> {

  /** How many looks new content is held that there is an objection to: a minute. */
  static final int HELD_LOOKS = 30;

  private static final Logger LOG = LoggerFactory.getLogger(ReloadedFile.class);
  private static final int PIECE = 64 * 1024;

  private final Path file;
  private final Reader<T> reader;
  private final Caution<T> caution;
  private final List<Runnable> changes = new CopyOnWriteArrayList<>();
  private final RepeatedReport problems = new RepeatedReport(HELD_LOOKS);
  private volatile T content;

  /** What is in force, by its digest; null until it was seen twice. */
  private @Nullable String inForce;

  private @Nullable String candidate;
  private @Nullable Look readAt;
  private @Nullable Look settled;
  private Optional<String> objected = Optional.empty();
  private int objections;
  private int unread;

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

  /** Looks at new content before it is taken. */
  @FunctionalInterface
  interface Caution<T> {
    /** Why it looks like a mistake of somebody's; empty if it does not. */
    Optional<String> objection(T before, T after);
  }

  /**
   * Reads the file for the first time; any content that makes sense will be taken later.
   *
   * @throws IllegalArgumentException as the reader does
   */
  ReloadedFile(Path file, Reader<T> reader) throws IOException {
    this(file, reader, (before, after) -> Optional.empty());
  }

  /**
   * Reads the file for the first time.
   *
   * @throws IllegalArgumentException as the reader does
   */
  ReloadedFile(Path file, Reader<T> reader, Caution<T> caution) throws IOException {
    this.file = file;
    this.reader = reader;
    this.caution = caution;
    this.content = reader.read(file);
  }

  @Override
  public T get() {
    return content;
  }

  /** Has this run, by the thread that looks, each time that new content has come into force. */
  void onChange(Runnable change) {
    changes.add(change);
  }

  /**
   * Looks at the file, and reads it if it has changed since it was read last.
   *
   * @return why what it says now is not in force; empty if it is, or will be with the next look
   */
  Optional<Throwable> look() {
    try {
      Look look = Look.at(file);
      if (look.equals(settled) || isRead(look)) {
        unread = 0;
        problems.over(() -> LOG.info("{} can be used again", file));
      } else if (++unread > HELD_LOOKS) {
        throw new IllegalStateException("no two looks in a row find the same in it");
      }
      return Optional.empty();
    } catch (Throwable e) {
      settled = null;
      // Without a stack trace: what is wrong with a file, its message says.
      problems.report(
          e.toString(),
          () ->
              LOG.error(
                  "What was read before stays in force, since {} cannot be used: {}",
                  file,
                  e.toString()));
      return Optional.of(e);
    }
  }

  /** False if it is too early to say what the file says. */
  private boolean isRead(Look look) throws IOException {
    String digest = digest();
    if (!digest.equals(candidate)) {
      candidate = digest;
      return false;
    }
    T read = reader.read(file);
    if (!digest.equals(digest())) {
      candidate = null;
      return false;
    }
    take(digest, read);
    // Two changes within the grain of the file's time look like one: so it is read once more.
    settled = look.equals(readAt) ? look : null;
    readAt = look;
    return true;
  }

  private void take(String digest, T read) {
    Optional<String> objection =
        digest.equals(inForce) ? Optional.empty() : caution.objection(content, read);
    // Another one is another mistake, perhaps, and has to last by itself.
    objections = objection.isEmpty() ? 0 : objection.equals(objected) ? objections + 1 : 1;
    objected = objection;
    if (objection.isPresent() && objections <= HELD_LOOKS) {
      throw new HeldContent(objection.get());
    }
    if (objection.isPresent()) {
      LOG.warn("{} is in force now, since this has lasted: {}", file, objection.get());
    }
    objections = 0;
    if (!digest.equals(inForce)) {
      content = read;
      changes.forEach(Runnable::run);
      // Last: where one of them fails, all are run once more.
      inForce = digest;
      LOG.debug("{} was read again", file);
    }
  }

  /** Of all of it, a piece at a time: it may be very large. */
  private String digest() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] piece = new byte[PIECE];
      for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
        sha256.update(piece, 0, length);
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this platform has no SHA-256", e);
    }
  }

  /** How a file looks from outside. */
  private record Look(Object changed, long size, @Nullable Object key) {
    static Look at(Path file) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        // Before it is opened: a pipe would wait for a writer.
        throw new IllegalArgumentException("it is not a regular file");
      }
      // Where it is known, the time that nobody can set, and that new permissions change, too.
      boolean unix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
      Object changed =
          unix ? Files.getAttribute(file, "unix:ctime") : attributes.lastModifiedTime();
      return new Look(changed, attributes.size(), attributes.fileKey());
    }
  }
}
