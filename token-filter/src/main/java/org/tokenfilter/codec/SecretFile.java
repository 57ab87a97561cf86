package org.tokenfilter.codec;

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
 * A small file that its owner alone may write, and nobody but the owner and the file's group may
 * read: container platforms hand out secrets as {@code 0440}. Where the file system is not a POSIX
 * one, the rules of the folder hold.
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
   * The content of a file.
   *
   * @throws IllegalArgumentException if it is not a regular file, or larger, or open to others
   * @throws IOException if it is missing or cannot be read
   */
  static byte[] read(Path file, int maxBytes) throws IOException {
    // Looks before it opens: opening a FIFO would wait for someone to write to it.
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
    // The size may be no more than a hint, or may just change.
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(maxBytes + 1);
      if (content.length > maxBytes) {
        throw new IllegalArgumentException("it is larger than " + maxBytes + " bytes");
      }
      return content;
    }
  }

  /**
   * Makes a file, and the folders on the way to it, unless the file is there by now. A link, unlike
   * a move, never replaces what is there, and unlike a file that is made and then written, it is
   * never seen half full.
   *
   * @return whether it was made; false if it was there
   * @throws IOException if it cannot be made, as on a file system without hard links
   */
  static boolean make(Path file, byte[] content) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " cannot be made: it is in no folder");
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
      // Another thread or node was first, and its file is as good.
    } catch (FileSystemException | UnsupportedOperationException e) {
      throw new IOException(file + " cannot be made by a hard link from its draft: " + e, e);
    } finally {
      Files.delete(draft);
    }
    forceFolderOf(file);
    return made;
  }

  /** What outlives a power failure must not depend on a file that does not. */
  static void forceFolderOf(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && isPosix(folder)) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Writes all of a file that is there and empty, down to the disk. */
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
