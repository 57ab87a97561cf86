package org.tokenfilter.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The data folder of the sample, and the settings of its command line. */
final class SampleDataTest {

  @TempDir private Path folder;

  @Test
  void firstStartCreatesFolderAndKeysForTheOwnerOnly() throws Exception {
    Path data = folder.resolve("not/there/yet");
    Sample.start(data, Map.of()).close();
    Path keys = data.resolve("keys.jwks");
    assertThat(data).isDirectoryContaining(keys::equals);
    assumeTrue(
        data.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "permissions are those of POSIX");
    assertThat(permissions(data)).isEqualTo("rwx------");
    assertThat(permissions(keys)).isEqualTo("rw-------");
  }

  private static String permissions(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void keysAreTheSameAfterARestart() throws Exception {
    Sample.start(folder, Map.of()).close();
    byte[] keys = Files.readAllBytes(folder.resolve("keys.jwks"));
    Sample.start(folder, Map.of()).close();
    assertThat(folder.resolve("keys.jwks")).hasBinaryContent(keys);
  }

  @Test
  void sessionsAndRevocationsSurviveARestart() throws Exception {
    WebApplication.Session alice;
    WebApplication.Session bob;
    try (WebApplication sample = Sample.start(folder, Map.of())) {
      alice = sample.session(Sample.ALICE, 0);
      bob = sample.session(Sample.BOB, 0);
      assertThat(sample.get("/security/rest/token/logout", bob.headers()).status()).isEqualTo(204);
    }
    try (WebApplication sample = Sample.start(folder, Map.of())) {
      assertThat(sample.get("/api/whoami", alice.headers()).status()).isEqualTo(200);
      assertThat(sample.get("/api/whoami", bob.headers()).text()).contains("\"closed\"");
    }
  }

  @Test
  void storeOfTheCommandLineReplacesTheFile() throws Exception {
    Sample.start(folder, Map.of("token.store", "memory")).close();
    assertThat(folder.resolve("tokens.mv.db")).doesNotExist();
  }

  @Test
  void settingsOfTheCommandLineReachTheSample() throws Exception {
    Map<String, String> commandLine =
        Map.of(
            "token.idle-timeout", "PT40S",
            "token.encryption", "A256GCM",
            "token.audience", "shop",
            "token.paths.public", "/public/health");
    try (WebApplication sample = Sample.start(folder, commandLine)) {
      assertThat(sample.get("/public/health").status()).isEqualTo(200);
      assertThat(sample.get("/metrics").status()).isEqualTo(401);
      Answer page = sample.get("/index.html");
      assertThat(page.status()).isEqualTo(401);
      assertThat(page.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"shop\"");
      WebApplication.Session alice = sample.session(Sample.ALICE, 0);
      assertThat(sample.get("/api/whoami", alice.headers()).header("Token-Remaining"))
          .isEqualTo("40000");
      String header = alice.token().substring(0, alice.token().indexOf('.'));
      assertThat(new String(Base64.getUrlDecoder().decode(header), StandardCharsets.US_ASCII))
          .contains("\"enc\":\"A256GCM\"");
    }
  }

  @Test
  void healthHasNoFeedWithoutALag() throws Exception {
    Map<String, String> commandLine = Map.of("token.revocation.lag", "PT0S");
    try (WebApplication sample = Sample.start(folder, commandLine)) {
      assertThat(sample.get("/public/health").text())
          .startsWith("{\"status\":\"ok\",\"store\":\"ok\",\"feed\":null,\"keys\":");
    }
  }

  @Test
  void mistakeOnTheCommandLineIsReportedAndStopsTheStart() {
    assertThatThrownBy(() -> Sample.start(folder, Map.of("token.idle-timeout", "4s")))
        .hasStackTraceContaining("token.idle-timeout=4s is not an ISO-8601 duration");
  }
}
