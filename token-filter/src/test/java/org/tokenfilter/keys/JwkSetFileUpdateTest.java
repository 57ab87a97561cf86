package org.tokenfilter.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tokenfilter.codec.CraftedTokens.key;
import static org.tokenfilter.keys.ContentEncryption.A128CBC_HS256;
import static org.tokenfilter.keys.ContentKey.State.ACTIVE;
import static org.tokenfilter.keys.ContentKey.State.STAGED;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Updates of a key file, which are atomic and never lost. */
class JwkSetFileUpdateTest {

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void createFile() throws IOException {
    file = folder.resolve("keys.jwks");
    JwkSetFile.createNew(file, KeyRing.of(List.of(key("k1", A128CBC_HS256, ACTIVE))));
  }

  @Test
  void createsFileOnceAndNeverReplacesIt() throws IOException {
    String content = Files.readString(file);
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(
            () -> JwkSetFile.createNew(file, KeyRing.of(List.of(key("x", A128CBC_HS256, ACTIVE)))))
        .withMessage(file.toString());
    assertThat(file).hasContent(content);
    assertThat(permissions(file)).isEqualTo("rw-------");
  }

  @Test
  void writesAndReadsBackAnUpdate() throws IOException {
    KeyRing changed = JwkSetFile.update(file, ring -> with(ring, "k2"));
    assertThat(changed).hasToString("KeyRing[k1 active A128CBC-HS256, k2 staged A128CBC-HS256]");
    KeyRing read = JwkSetFile.read(file);
    assertThat(read).hasToString(changed.toString());
    for (int i = 0; i < 2; i++) {
      assertThat(read.keys().get(i).hasSameBytes(changed.keys().get(i))).isTrue();
    }
    assertNoDraftRemains();
  }

  @Test
  void sameRingWritesNothing() throws IOException {
    Object before = Files.readAttributes(file, PosixFileAttributes.class).fileKey();
    JwkSetFile.update(file, ring -> ring);
    assertThat(Files.readAttributes(file, PosixFileAttributes.class).fileKey()).isEqualTo(before);
    assertNoDraftRemains();
  }

  @Test
  void keepsPermissions() throws IOException {
    assumePosix();
    for (String permissions : List.of("rw-------", "rw-r-----", "r--r-----", "r--------")) {
      setPermissions(permissions);
      String name = "of-" + permissions;
      JwkSetFile.update(file, ring -> with(ring, name));
      assertThat(permissions(file)).isEqualTo(permissions);
    }
  }

  @Test
  void keepsGroup() throws Exception {
    assumePosix();
    assumeTrue(runs("chgrp", "1", file.toString()), "this user may not give files to other groups");
    setPermissions("rw-r-----");
    JwkSetFile.update(file, ring -> with(ring, "k2"));
    assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(1);
  }

  @Test
  void keepsOwner() throws Exception {
    assumePosix();
    assumeTrue(runs("chown", "1", file.toString()), "this user may not give files to other users");
    JwkSetFile.update(file, ring -> with(ring, "k2"));
    assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(1);
  }

  @Test
  void keepsSymbolicLink() throws IOException {
    assumePosix();
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    JwkSetFile.update(link, ring -> with(ring, "k2"));
    assertThat(link).isSymbolicLink();
    assertThat(JwkSetFile.read(file).keys()).hasSize(2);
    assertNoDraftRemains();
  }

  @Test
  void leavesBrokenFileUnchanged() throws IOException {
    Files.writeString(file, "{\"keys\":[]}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwkSetFile.update(file, ring -> with(ring, "k2")))
        .withMessage("key file " + file + ": there is no key");
    assertThat(file).hasContent("{\"keys\":[]}");
    assertNoDraftRemains();
  }

  @Test
  void leavesFileOpenToOthersUnchanged() throws IOException {
    assumePosix();
    setPermissions("rw-r--r--");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwkSetFile.update(file, ring -> with(ring, "k2")))
        .withMessageContaining("chmod 600 " + file);
    assertThat(Files.readString(file)).doesNotContain("\"k2\"");
  }

  @Test
  void doesNotCreateMissingFile() throws IOException {
    Files.delete(file);
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> JwkSetFile.update(file, ring -> ring));
    assertThat(file).doesNotExist();
    assertNoDraftRemains();
  }

  @Test
  void failedUpdateWritesNothing() throws IOException {
    String content = Files.readString(file);
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                JwkSetFile.update(
                    file,
                    ring -> {
                      throw new IllegalStateException("no");
                    }));
    assertThat(file).hasContent(content);
    assertNoDraftRemains();
  }

  @Test
  void refusesMoreKeysThanCanBeRead() throws IOException {
    String content = Files.readString(file);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                JwkSetFile.update(
                    file,
                    ring -> {
                      KeyRing next = ring;
                      for (int i = 0; i < 600; i++) {
                        next = with(next, "more-" + i);
                      }
                      return next;
                    }))
        .withMessage("a key file may have at most 65536 bytes, and 601 keys need more");
    assertThat(file).hasContent(content);
  }

  @Test
  void keepsConcurrentEdits() throws IOException {
    String original = Files.readString(file);
    for (String edited : List.of(original.replace("k1", "k7"), original + " ", "", "{")) {
      Files.writeString(file, original);
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(
              () ->
                  JwkSetFile.update(
                      file,
                      ring -> {
                        write(edited);
                        return with(ring, "k2");
                      }))
          .withMessage(file + " was changed in the meantime: check it, and try again");
      assertThat(file).content().isEqualTo(edited);
      assertNoDraftRemains();
    }
  }

  @Test
  void refusesConcurrentUpdate() throws IOException {
    JwkSetFile.update(
        file,
        ring -> {
          assertThatExceptionOfType(IOException.class)
              .isThrownBy(() -> JwkSetFile.update(file, other -> with(other, "k3")))
              .withMessageStartingWith(
                  file + ".new exists: another change of the file is in progress");
          return with(ring, "k2");
        });
    assertThat(JwkSetFile.read(file).keys())
        .extracting(ContentKey::kid)
        .containsExactly("k1", "k2");
    assertNoDraftRemains();
  }

  @Test
  void concurrentUpdatesLoseNoAcknowledgedKey() throws Exception {
    int threads = 8;
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<List<String>>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        String name = "t" + i + "-";
        all.add(
            executor.submit(
                () -> {
                  start.await();
                  return added(name);
                }));
      }
      List<String> expected = new ArrayList<>(List.of("k1"));
      for (Future<List<String>> one : all) {
        expected.addAll(one.get());
      }
      assertThat(expected).hasSizeGreaterThan(1);
      assertThat(JwkSetFile.read(file).keys())
          .extracting(ContentKey::kid)
          .containsExactlyInAnyOrderElementsOf(expected);
    } finally {
      executor.shutdownNow();
    }
    assertNoDraftRemains();
  }

  /** Adds keys and returns the names of those whose update succeeded. */
  private List<String> added(String name) {
    List<String> added = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String kid = name + i;
      try {
        JwkSetFile.update(file, ring -> with(ring, kid));
        added.add(kid);
      } catch (IOException another) {
        assertThat(another).hasMessageContaining("another change of the file is in progress");
      }
    }
    return added;
  }

  private static KeyRing with(KeyRing ring, String kid) {
    List<ContentKey> keys = new ArrayList<>(ring.keys());
    keys.add(key(kid, A128CBC_HS256, STAGED));
    return KeyRing.of(keys);
  }

  private void write(String content) {
    try {
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void assertNoDraftRemains() throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).noneMatch(path -> path.toString().matches(".*\\.(new|tmp)"));
    }
  }

  private void setPermissions(String permissions) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
  }

  private void assumePosix() {
    assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "permissions and links are those of a POSIX file system");
  }

  private static boolean runs(String... command) throws Exception {
    return new ProcessBuilder(command).start().waitFor() == 0;
  }
}
