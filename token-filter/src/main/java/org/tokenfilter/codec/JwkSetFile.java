package org.tokenfilter.codec;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The file that keys are kept in: a JWK Set (RFC 7517, 5), UTF-8, at most 64 KiB.
 *
 * <pre>{@code
 * {"keys":[
 * {"kty":"oct","kid":"k2","use":"enc","alg":"A128CBC-HS256","state":"active","k":"..."},
 * {"kty":"oct","kid":"k1","use":"enc","alg":"A128CBC-HS256","state":"accept","k":"..."}
 * ]}
 * }</pre>
 *
 * <p>{@code alg} names the content encryption that the key is for (RFC 7518, 5.1), {@code state} is
 * {@code staged}, {@code active} (exactly one key), {@code accept} or {@code retired}, {@code k} is
 * the key in base64url without padding. Each key has all six members and no other.
 *
 * <p>Whatever is not as it must be is an {@link IllegalArgumentException} with a message of one
 * line for the operator, which names the file and the key or member and never holds key text; what
 * the file system refuses is an {@link IOException}. Thread-safe: nothing is kept.
 */
public final class JwkSetFile {

  private static final int MAX_BYTES = 64 * 1024;

  private static final Set<PosixFilePermission> OPEN_TO_OTHERS =
      Collections.unmodifiableSet(
          EnumSet.of(
              PosixFilePermission.GROUP_READ,
              PosixFilePermission.GROUP_WRITE,
              PosixFilePermission.OTHERS_READ,
              PosixFilePermission.OTHERS_WRITE));

  private JwkSetFile() {}

  /**
   * Reads the file.
   *
   * @param file a regular file or a symbolic link to one; on a POSIX file system readable and
   *     writable by its owner alone
   * @throws IllegalArgumentException if it is another kind of file, too large, open to others, or
   *     its content is not a set of keys as above
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws IOException if it cannot be read
   */
  public static KeyRing read(Path file) throws IOException {
    requireOurs(file);
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(MAX_BYTES + 1);
    }
    require(content.length <= MAX_BYTES, file, "is larger than 64 KiB");
    try {
      return JwkSet.parse(content);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("key file " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads the file, which is made first if it is missing: with one active key, {@code k1}. Where
   * folders on the way to it are missing, they are made too. On a POSIX file system nobody but the
   * owner may read, write or enter what was made; elsewhere the folder's own rules hold.
   *
   * <p>Of any number of threads and nodes that do so at once one makes the file, and all get its
   * key. The file is there whole or not at all. A process that is killed meanwhile may leave a
   * draft beside it, whose name ends in {@code .tmp} and which may be deleted.
   *
   * @param encryption what the key is for, if it has to be made
   * @param random where the key comes from, if it has to be made
   * @throws IllegalArgumentException as {@link #read} does; a file that is there is never replaced
   * @throws IOException if the file can neither be read nor made, as on a file system without hard
   *     links
   */
  public static KeyRing create(Path file, ContentEncryption encryption, SecureRandom random)
      throws IOException {
    // A link to nothing is somebody's mistake, and not ours to follow.
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      ContentKey key = ContentKey.random("k1", encryption, ContentKey.State.ACTIVE, random);
      make(file.toAbsolutePath(), JwkSet.write(key));
    }
    return read(file);
  }

  /** Looks before the file is opened: opening a FIFO would wait for someone to write to it. */
  private static void requireOurs(Path file) throws IOException {
    Class<? extends BasicFileAttributes> type =
        isPosix(file) ? PosixFileAttributes.class : BasicFileAttributes.class;
    BasicFileAttributes attributes = Files.readAttributes(file, type);
    require(attributes.isRegularFile(), file, "is not a regular file");
    require(attributes.size() <= MAX_BYTES, file, "is larger than 64 KiB");
    if (attributes instanceof PosixFileAttributes posix) {
      require(
          Collections.disjoint(posix.permissions(), OPEN_TO_OTHERS),
          file,
          "is open to other users of this machine; run: chmod 600 " + file);
    }
  }

  /**
   * Makes the file unless it is there by now. A link, unlike a move, never replaces what is there,
   * and unlike a file that is made and then written, it is never seen half full.
   */
  private static void make(Path file, byte[] content) throws IOException {
    Path folder = file.getParent();
    if (folder == null) {
      throw new IOException("key file " + file + " cannot be made: it is in no folder");
    }
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, ownerOnly(folder, "rwx------"));
    }
    Path draft =
        Files.createTempFile(
            folder, file.getFileName() + ".", ".tmp", ownerOnly(folder, "rw-------"));
    try {
      write(draft, content);
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      // Another thread or node was first, and its file is as good.
    } catch (FileSystemException | UnsupportedOperationException e) {
      throw new IOException("key file " + file + " cannot be made: " + e.getMessage(), e);
    } finally {
      Files.delete(draft);
    }
    if (isPosix(folder)) {
      // Tokens that outlive a power failure need a key that does.
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static void write(Path draft, byte[] content) throws IOException {
    try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
    if (!isPosix(path)) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
    };
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static void require(boolean condition, Path file, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException("key file " + file + " " + otherwise);
    }
  }
}
