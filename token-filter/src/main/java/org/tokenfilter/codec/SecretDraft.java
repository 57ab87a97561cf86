package org.tokenfilter.codec;

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
 * What a secret file is to say next, written beside it under the file's name and {@code .new}.
 * While it is there it shuts out all others who would change the file: of two at once, in this
 * process or another, one is refused. Used by one thread, once.
 */
final class SecretDraft implements AutoCloseable {

  private static final Set<PosixFilePermission> KEPT =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.GROUP_READ);

  private final Path file;
  private final Path draft;
  private boolean moved;

  private SecretDraft(Path file, Path draft) {
    this.file = file;
    this.draft = draft;
  }

  /**
   * Begins a change of a file.
   *
   * @throws IOException if somebody else changes it
   */
  static SecretDraft of(Path file) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.createFile(draft, SecretFile.ownerOnly(draft, "rw-------"));
    } catch (FileAlreadyExistsException e) {
      throw new IOException(
          draft
              + " is there: somebody else changes the file just now, or was interrupted. If nobody"
              + " does, delete it; it may hold keys",
          e);
    }
    return new SecretDraft(file, draft);
  }

  /**
   * Puts the new content in the place of the old one, at once and for good. Its owner, its group
   * and who may read it stay as they are.
   *
   * @param before what the file said when the new content was thought of
   * @throws IOException if it says something else by now, or cannot be replaced; it stays as it is
   */
  void replace(byte[] before, byte[] content) throws IOException {
    SecretFile.write(draft, content);
    keepReaders();
    if (!Arrays.equals(before, begin(before.length + 1))) {
      throw new IOException(file + " was changed meanwhile by somebody else: look, and try again");
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    moved = true;
    SecretFile.forceFolderOf(file);
  }

  private byte[] begin(int length) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(length);
    }
  }

  /** A new file would belong to whoever runs this, and its other readers would lose it. */
  private void keepReaders() throws IOException {
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
      Set<PosixFilePermission> permissions = EnumSet.copyOf(KEPT);
      permissions.retainAll(old.permissions());
      view.setPermissions(permissions);
    } catch (FileSystemException e) {
      throw new IOException(
          "%s belongs to %s and the group %s, which cannot be kept: run this as its owner"
              .formatted(file, old.owner(), old.group()),
          e);
    }
  }

  /** Gives up what was not put in place. */
  @Override
  public void close() throws IOException {
    if (!moved) {
      Files.deleteIfExists(draft);
    }
  }
}
