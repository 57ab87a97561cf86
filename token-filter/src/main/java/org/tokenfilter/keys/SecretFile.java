package org.tokenfilter.keys;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Reads and creates small files with secrets. Only the owner may write such a file, and only the
 * owner and the file's group may read it, since container platforms provide secrets with mode
 * {@code 0440}. On file systems other than POSIX, the rules of the folder apply.
 */
final class SecretFile {

  private static final Set<PosixFilePermission> OPEN_TO_OTHERS =
      Collections.unmodifiableSet(
          EnumSet.of(
              PosixFilePermission.GROUP_WRITE,
              PosixFilePermission.OTHERS_READ,
              PosixFilePermission.OTHERS_WRITE));

  private SecretFile() {}

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if the file is not a regular file, has more bytes than the
   *     maximum, or is accessible to others
   * @throws IOException if the file does not exist or cannot be read
   */
  static byte[] read(Path file, int maxBytes) throws IOException {
    // Checked before the file is opened: opening a FIFO would block until a process writes to it.
    Class<? extends BasicFileAttributes> type =
        isPosix(file) ? PosixFileAttributes.class : BasicFileAttributes.class;
    BasicFileAttributes attributes = Files.readAttributes(file, type);
    if (!attributes.isRegularFile()) {
      throw new IllegalArgumentException("it is not a regular file");
    }
    if (attributes instanceof PosixFileAttributes posix
        && !Collections.disjoint(posix.permissions(), OPEN_TO_OTHERS)) {
      throw new IllegalArgumentException(
          "it is open to other users of this machine; run: chmod 600 " + file);
    }
    // The reported size is not used: it may be a mere hint, or may change meanwhile.
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(maxBytes + 1);
      if (content.length > maxBytes) {
        throw new IllegalArgumentException("it is larger than " + maxBytes + " bytes");
      }
      return content;
    }
  }

  /**
   * Creates a file and its missing parent folders, unless the file exists. The content is written
   * to a draft, which is then linked to the name of the file. A link, unlike a move, never replaces
   * an existing file, and other processes never see partial content.
   *
   * @return whether the file was created; false if it existed
   * @throws IOException if the file cannot be created, as on a file system without hard links
   */
  static boolean createExclusively(Path file, byte[] content) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " cannot be created: it has no parent folder");
    }
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, ownerOnly(folder, "rwx------"));
    }
    Path draft =
        Files.createTempFile(
            folder, file.getFileName() + ".", ".tmp", ownerOnly(folder, "rw-------"));
    boolean made = false;
    try {
      write(draft, content);
      Files.createLink(file, draft);
      made = true;
    } catch (FileAlreadyExistsException e) {
      // Another thread or node was first, and its file is used.
    } catch (FileSystemException | UnsupportedOperationException e) {
      throw new IOException(file + " cannot be created by a hard link from its draft: " + e, e);
    } finally {
      Files.delete(draft);
    }
    syncFolderOf(file);
    return made;
  }

  /** Writes the folder of a file to the disk, so that the file survives a power failure. */
  static void syncFolderOf(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && isPosix(folder)) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Writes the whole content of an existing, empty file, down to the disk. */
  static void write(Path draft, byte[] content) throws IOException {
    try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
    if (!isPosix(path)) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
    };
  }

  static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
