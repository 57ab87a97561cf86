package org.tokenfilter.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.codec.CraftedTokens;

/** Case P18 and other faults of a key file, apart from its content. */
class JwkSetFileTest {

  @TempDir private Path folder;

  private Path file = Path.of("");

  @BeforeEach
  void writeGoodFile() throws IOException {
    assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "permissions are those of a POSIX file system");
    file = folder.resolve("keys.json");
    Files.write(file, JwkSet.write(KeyRing.of(List.of(CraftedTokens.K1))));
    setPermissions("rw-------");
  }

  @Test
  void aGoodFileIsRead() throws IOException {
    KeyRing ring = JwkSetFile.read(file);
    assertThat(ring).hasToString("KeyRing[k1 active A128CBC-HS256]");
    assertThat(ring.keys().get(0).hasSameBytes(CraftedTokens.K1)).isTrue();
  }

  @Test
  void p18_refusesFileOpenToOthersAndNamesTheRemedy() throws IOException {
    for (String open :
        List.of("rw----r--", "rw-r--r--", "rw--w----", "rw-rw----", "rw-----w-", "rwxrwxrwx")) {
      setPermissions(open);
      assertThatIllegalArgumentException()
          .as(open)
          .isThrownBy(() -> JwkSetFile.read(file))
          .withMessage(
              "key file %s: it is open to other users of this machine; run: chmod 600 %s",
              file, file);
    }
    for (String closed : List.of("r--------", "rw-------", "rwx------", "rw---x--x")) {
      setPermissions(closed);
      assertThat(JwkSetFile.read(file).keys()).hasSize(1);
    }
  }

  /** Container platforms mount secrets so: root owns the file, and the group is the process's. */
  @Test
  void p18_aFileThatItsGroupMayReadIsRead() throws IOException {
    for (String mounted : List.of("r--r-----", "rw-r-----", "rwxr-x---")) {
      setPermissions(mounted);
      assertThat(JwkSetFile.read(file).keys()).as(mounted).hasSize(1);
    }
  }

  @Test
  void p18_aSymbolicLinkIsAsGoodAsItsTarget() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    assertThat(JwkSetFile.read(link).keys()).hasSize(1);
    setPermissions("rw-r--r--");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwkSetFile.read(link))
        .withMessageContaining("chmod 600 " + link);
  }

  @Test
  void p18_refusesIrregularFiles() throws IOException {
    Path linkToFolder = Files.createSymbolicLink(folder.resolve("link"), folder);
    for (Path other : List.of(folder, linkToFolder, Path.of("/dev/null"), Path.of("/dev/zero"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> JwkSetFile.read(other))
          .withMessage("key file " + other + ": it is not a regular file");
    }
  }

  @Test
  void p18_refusesFifoWithoutWaitingForItsWriter() throws Exception {
    Path fifo = folder.resolve("fifo");
    assumeTrue(createsFifo(fifo), "there is no mkfifo on this machine");
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () ->
            assertThatIllegalArgumentException()
                .isThrownBy(() -> JwkSetFile.read(fifo))
                .withMessage("key file " + fifo + ": it is not a regular file"));
  }

  @Test
  void p18_anEmptyFileIsRefused() throws IOException {
    Files.write(file, new byte[0]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwkSetFile.read(file))
        .withMessage("key file " + file + ": it is not a JSON object");
  }

  @Test
  void p18_readsFilesOfAtMost64Kib() throws IOException {
    String keys = Files.readString(file);
    Files.writeString(file, keys + " ".repeat(64 * 1024 - keys.length()));
    assertThat(JwkSetFile.read(file).keys()).hasSize(1);
    for (long length : new long[] {64 * 1024 + 1, 100_000_000}) {
      try (RandomAccessFile grown = new RandomAccessFile(file.toFile(), "rw")) {
        grown.setLength(length);
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> JwkSetFile.read(file))
          .withMessage("key file " + file + ": it is larger than 65536 bytes");
    }
  }

  @Test
  void s17_badContentIsRefusedWithTheNameOfTheFileAndOfTheKey() throws IOException {
    String keys = Files.readString(file).replace("active", "secret");
    Files.writeString(file, keys, StandardCharsets.UTF_8);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwkSetFile.read(file))
        .withMessage(
            "key file " + file + ": key 'k1': state is not one of staged, active, accept, retired");
  }

  @Test
  void aMissingFileIsNotAContentProblem() throws IOException {
    Files.delete(file);
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> JwkSetFile.read(file));
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> JwkSetFile.read(file.resolve("below")));
  }

  @Test
  void readsFileOfFileSystemWithoutPermissions() throws IOException {
    try (FileSystem zip =
        FileSystems.newFileSystem(folder.resolve("a.zip"), Map.of("create", "true"))) {
      Path inside = zip.getPath("keys.json");
      Files.copy(file, inside);
      assertThat(JwkSetFile.read(inside).keys()).hasSize(1);
    }
  }

  private void setPermissions(String permissions) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private static boolean createsFifo(Path fifo) throws InterruptedException {
    try {
      Process process = new ProcessBuilder("mkfifo", fifo.toString()).start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
