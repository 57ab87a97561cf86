package org.tokenfilter.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tokenfilter.keys.ContentEncryption.A128CBC_HS256;
import static org.tokenfilter.keys.ContentEncryption.A256GCM;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JwkSetFileCreationTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00.999Z");

  private final SecureRandom random = new SecureRandom();

  @TempDir private Path folder;

  @Test
  void createsMissingFileWithOneActiveKey() throws IOException {
    for (ContentEncryption encryption : ContentEncryption.values()) {
      Path file = folder.resolve(encryption + ".json");
      KeyRing made = JwkSetFile.readOrCreate(file, encryption, random, NOW);
      assertThat(made).hasToString("KeyRing[k1 active " + encryption + "]");
      assertThat(made.activeKey().createdAt()).isEqualTo("2026-11-22T10:00:00Z");
      assertSame(made, JwkSetFile.read(file));
    }
  }

  @Test
  void eachFileHasItsOwnKey() throws IOException {
    KeyRing one = JwkSetFile.readOrCreate(folder.resolve("one"), A256GCM, random, NOW);
    KeyRing other = JwkSetFile.readOrCreate(folder.resolve("other"), A256GCM, random, NOW);
    assertThat(one.keys().get(0).hasSameBytes(other.keys().get(0))).isFalse();
  }

  @Test
  void leavesExistingFileUnchanged() throws IOException {
    Path file = folder.resolve("keys.json");
    KeyRing made = JwkSetFile.readOrCreate(file, A128CBC_HS256, random, NOW);
    String content = Files.readString(file);
    assertSame(made, JwkSetFile.readOrCreate(file, A256GCM, random, NOW));
    assertThat(file).hasContent(content);
    Files.writeString(file, "garbage");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwkSetFile.readOrCreate(file, A256GCM, random, NOW));
    assertThat(file).hasContent("garbage");
  }

  @Test
  void createsFileAndFoldersForTheOwnerOnly() throws IOException {
    assumePosix();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path file = folder.resolve("a/b/keys.json");
    JwkSetFile.readOrCreate(file, A128CBC_HS256, random, NOW);
    assertThat(permissions(file)).isEqualTo("rw-------");
    assertThat(permissions(folder.resolve("a/b"))).isEqualTo("rwx------");
    assertThat(permissions(folder.resolve("a"))).isEqualTo("rwx------");
    assertThat(permissions(folder)).isEqualTo("rwxr-xr-x");
  }

  @Test
  void aFolderMayBeASymbolicLink() throws IOException {
    assumePosix();
    Path real = Files.createDirectory(folder.resolve("real"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    JwkSetFile.readOrCreate(link.resolve("keys.json"), A128CBC_HS256, random, NOW);
    assertThat(real.resolve("keys.json")).isRegularFile();
  }

  @Test
  void doesNotFollowDanglingLink() throws IOException {
    assumePosix();
    Path target = folder.resolve("target");
    Path link = Files.createSymbolicLink(folder.resolve("keys.json"), target);
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> JwkSetFile.readOrCreate(link, A128CBC_HS256, random, NOW));
    assertThat(target).doesNotExist();
    assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertNoDraftRemains();
  }

  @Test
  void leavesNothingIfFolderCannotBeCreated() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("a"), "a file");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () -> JwkSetFile.readOrCreate(inTheWay.resolve("keys.json"), A256GCM, random, NOW));
    assertThat(inTheWay).hasContent("a file");
    assertNoDraftRemains();
  }

  @Test
  void createsNothingWithoutHardLinks() throws IOException {
    Path archive = folder.resolve("a.zip");
    try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
      Path file = zip.getPath("a", "keys.json");
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> JwkSetFile.readOrCreate(file, A256GCM, random, NOW))
          .withMessageStartingWith(file + " cannot be created by a hard link from its draft: ");
      try (Stream<Path> left = Files.list(zip.getPath("a"))) {
        assertThat(left).isEmpty();
      }
    }
  }

  @Test
  void concurrentThreadsCreateOneRing() throws Exception {
    int threads = 16;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 20; round++) {
        Path file = folder.resolve("round-" + round + "/keys.json");
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Future<KeyRing>> rings = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          rings.add(
              executor.submit(
                  () -> {
                    start.await();
                    return JwkSetFile.readOrCreate(file, A128CBC_HS256, random, NOW);
                  }));
        }
        for (Future<KeyRing> ring : rings) {
          assertSame(rings.get(0).get(), ring.get());
        }
      }
    } finally {
      executor.shutdownNow();
    }
    assertNoDraftRemains();
  }

  private static void assertSame(KeyRing one, KeyRing other) {
    assertThat(one.keys()).hasSize(1);
    assertThat(other).hasToString(one.toString());
    assertThat(other.keys().get(0).hasSameBytes(one.keys().get(0))).isTrue();
  }

  private void assertNoDraftRemains() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      assertThat(all).noneMatch(path -> path.toString().endsWith(".tmp"));
    }
  }

  private void assumePosix() {
    assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "permissions and links are those of a POSIX file system");
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
