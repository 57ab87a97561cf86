package org.tokenfilter.keys;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The key file: a JWK Set (RFC 7517, 5) in UTF-8, of at most 64 KiB.
 *
 * <pre>{@code
 * {"keys":[
 * {"kty":"oct","kid":"k2","use":"enc","alg":"A128CBC-HS256","state":"active","iat":1795348800,"k":"..."},
 * {"kty":"oct","kid":"k1","use":"enc","alg":"A128CBC-HS256","state":"accept","k":"..."}
 * ]}
 * }</pre>
 *
 * <p>{@code alg} is the content encryption that the key is for (RFC 7518, 5.1). {@code state} is
 * {@code staged}, {@code active} (exactly one key), {@code accept} or {@code retired}. {@code k} is
 * the key in base64url without padding. Each key has the six members other than {@code iat}. The
 * optional {@code iat} is the creation time in whole seconds since 1970 (OpenID Federation 1.0
 * registers it for keys; RFC 7519, 2); without it, the age of the key is not known. Other members
 * are not allowed.
 *
 * <p>The methods throw an {@link IllegalArgumentException} if the file is not valid. Its message
 * has one line for the operator, names the file and the key or member, and never contains key text.
 * They throw an {@link IOException} if the file system fails. Thread-safe and stateless.
 */
public final class JwkSetFile {

  private static final int MAX_BYTES = 64 * 1024;

  private JwkSetFile() {}

  /**
   * Reads the file.
   *
   * @param file a regular file or a symbolic link to one; on a POSIX file system writable by its
   *     owner alone, and readable by no more than its owner and its group
   * @throws IllegalArgumentException if the file is of another kind, is too large, is accessible to
   *     others, or its content is not a set of keys as above
   * @throws java.nio.file.NoSuchFileException if the file does not exist
   * @throws IOException if the file cannot be read
   */
  public static KeyRing read(Path file) throws IOException {
    try {
      return JwkSet.parse(SecretFile.read(file, MAX_BYTES));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("key file " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads the file. If it does not exist, it is created first, with one active key, {@code k1}.
   * Missing parent folders are created too. On a POSIX file system only the owner may read, write
   * or enter the created file and folders; on others the rules of the folder apply.
   *
   * <p>If several threads and nodes call this method concurrently, one of them creates the file and
   * all of them return its key. The file never exists with partial content. A process that is
   * killed during the creation may leave a draft beside the file, whose name ends in {@code .tmp}.
   * The draft must be deleted, since it may contain the key.
   *
   * @param encryption the algorithm of the key, if it has to be created
   * @param random the source of the key, if it has to be created
   * @param now the creation time, if the key has to be created
   * @throws IllegalArgumentException under the same conditions as {@link #read}; an existing file
   *     is never replaced
   * @throws IOException if the file can neither be read nor created, as on a file system without
   *     hard links; in that case create the file elsewhere and copy it
   */
  public static KeyRing readOrCreate(
      Path file, ContentEncryption encryption, SecureRandom random, Instant now)
      throws IOException {
    // A dangling symbolic link is a mistake of the operator, so it is not followed.
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      ContentKey key =
          ContentKey.random("k1", encryption, ContentKey.State.ACTIVE, random).createdAt(now);
      SecretFile.createExclusively(file, JwkSet.write(KeyRing.of(List.of(key))));
    }
    return read(file);
  }

  /**
   * Creates the file with these keys, in the same way as {@link #readOrCreate}, but fails if it
   * exists.
   *
   * @throws FileAlreadyExistsException if a file with this name exists; it stays unchanged
   * @throws IOException if the file cannot be created
   */
  public static void createNew(Path file, KeyRing ring) throws IOException {
    if (!SecretFile.createExclusively(file, encode(ring))) {
      throw new FileAlreadyExistsException(file.toString());
    }
  }

  /**
   * Replaces the content of the file atomically. The owner, the group and the read permissions are
   * preserved, and a symbolic link to the file stays a link. If two changes run concurrently, in
   * this process or in another, one of them fails. A change also fails if the file was modified
   * since the change read it.
   *
   * <p>During a change a draft exists beside the file, whose name ends in {@code .new}. A process
   * that is killed during the change leaves the draft behind, and the file cannot be changed until
   * the draft is deleted.
   *
   * @param change computes the next ring from the one in the file. If it returns the same object,
   *     nothing is written. Its exceptions are passed on
   * @return the ring that the file contains now
   * @throws IllegalArgumentException under the same conditions as {@link #read}, or if there would
   *     be more keys than can be read; the file stays unchanged
   * @throws java.nio.file.NoSuchFileException if the file does not exist
   * @throws IOException if another change of the file is in progress, or the file cannot be
   *     written; it stays unchanged
   */
  public static KeyRing update(Path file, UnaryOperator<KeyRing> change) throws IOException {
    Path real = file.toRealPath();
    // Checked before the draft is created: an invalid file is not changed.
    read(file);
    try (AtomicFileReplacement replacement = AtomicFileReplacement.start(real)) {
      byte[] before = SecretFile.read(real, MAX_BYTES);
      KeyRing ring = JwkSet.parse(before);
      KeyRing next = change.apply(ring);
      if (next != ring) {
        replacement.replace(before, encode(next));
      }
      return next;
    }
  }

  private static byte[] encode(KeyRing ring) {
    byte[] content = JwkSet.write(ring);
    if (content.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "a key file may have at most %d bytes, and %d keys need more"
              .formatted(MAX_BYTES, ring.keys().size()));
    }
    return content;
  }
}
