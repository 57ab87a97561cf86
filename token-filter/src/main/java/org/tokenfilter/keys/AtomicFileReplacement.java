package org.tokenfilter.keys;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * An atomic replacement of the content of a secret file. The new content is written to a draft
 * beside the file, whose name is that of the file plus {@code .new}. While the draft exists, all
 * other changes of the file fail, in this process and in others. For one use, by one thread.
 */
final class AtomicFileReplacement implements AutoCloseable {

  private static final Set<PosixFilePermission> PRESERVED_PERMISSIONS =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.GROUP_READ);

  private final Path file;
  private final Path draft;
  private boolean moved;

  private AtomicFileReplacement(Path file, Path draft) {
    this.file = file;
    this.draft = draft;
  }

  /**
   * Begins a change of a file, and creates the draft.
   *
   * @throws IOException if another change of the file is in progress
   */
  static AtomicFileReplacement start(Path file) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.createFile(draft, SecretFile.ownerOnly(draft, "rw-------"));
    } catch (FileAlreadyExistsException e) {
      throw new IOException(
          draft
              + " exists: another change of the file is in progress, or was interrupted. If none is"
              + " in progress, delete it. It may contain keys",
          e);
    }
    return new AtomicFileReplacement(file, draft);
  }

  /**
   * Replaces the content of the file, atomically and durably. The owner, the group and the read
   * permissions are preserved.
   *
   * @param before the content of the file on which the new content is based
   * @param content the new content
   * @throws IOException if the file has another content by now, or cannot be replaced; it stays
   *     unchanged
   */
  void replace(byte[] before, byte[] content) throws IOException {
    SecretFile.write(draft, content);
    copyOwnerAndPermissions();
    if (!Arrays.equals(before, readStart(before.length + 1))) {
      throw new IOException(file + " was changed in the meantime: check it, and try again");
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    moved = true;
    SecretFile.syncFolderOf(file);
  }

  private byte[] readStart(int length) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(length);
    }
  }

  /**
   * Gives the draft the owner, the group and the read permissions of the file. Otherwise it would
   * belong to the user who runs this, and the other readers of the file would lose access.
   */
  private void copyOwnerAndPermissions() throws IOException {
    if (!SecretFile.isPosix(file)) {
      return;
    }
    PosixFileAttributes old = Files.readAttributes(file, PosixFileAttributes.class);
    PosixFileAttributes made = Files.readAttributes(draft, PosixFileAttributes.class);
    PosixFileAttributeView view = Files.getFileAttributeView(draft, PosixFileAttributeView.class);
    try {
      if (!made.group().equals(old.group())) {
        view.setGroup(old.group());
      }
      if (!made.owner().equals(old.owner())) {
        view.setOwner(old.owner());
      }
      Set<PosixFilePermission> permissions = EnumSet.copyOf(PRESERVED_PERMISSIONS);
      permissions.retainAll(old.permissions());
      view.setPermissions(permissions);
    } catch (FileSystemException e) {
      throw new IOException(
          "%s belongs to %s and the group %s, which cannot be preserved: run this as its owner"
              .formatted(file, old.owner(), old.group()),
          e);
    }
  }

  /** Deletes the draft if it has not replaced the file. */
  @Override
  public void close() throws IOException {
    if (!moved) {
      Files.deleteIfExists(draft);
    }
  }
}
