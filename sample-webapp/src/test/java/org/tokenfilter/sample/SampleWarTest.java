package org.tokenfilter.sample;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The WAR in a container without any configuration for it. */
final class SampleWarTest {

  private static final Path FOLDER = Path.of("src/main/webapp");

  /** An address for documentation, which no machine has (RFC 5737). */
  private static final InetSocketAddress OTHER_ADDRESS = new InetSocketAddress("192.0.2.1", 80);

  private final Logger logger = (Logger) LoggerFactory.getLogger("org.tokenfilter.sample");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  @TempDir private Path folder;

  @BeforeEach
  void captureLog() {
    lines.start();
    logger.setLevel(Level.WARN);
    logger.addAppender(lines);
  }

  @AfterEach
  void releaseLog() {
    logger.detachAppender(lines);
    logger.setLevel(null);
  }

  private List<String> warnings() {
    return lines.list.stream()
        .filter(line -> line.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  @Test
  void warnsAboutDataInTheTemporaryFolder() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    try (WebApplication sample = new WebApplication(FOLDER).temporaryFolder(temporary).start()) {
      assertServes(sample);
      assertThat(temporary.resolve("sample-data")).isDirectoryContaining("glob:**/keys.jwks");
      assertThat(warnings())
          .containsExactly(
              "sample.data is not set. Keys and tokens are stored in "
                  + temporary.resolve("sample-data")
                  + ", which the container may empty. To keep them, name a folder: -Dsample.data=DIR");
    }
  }

  @Test
  void startsFromPackedWar() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    WebApplication sample =
        new WebApplication(pack(folder.resolve("sample.war")))
            .withoutExtraction()
            .temporaryFolder(temporary);
    try (sample) {
      sample.start();
      assertServes(sample);
      assertThat(temporary.resolve("sample-data/accounts"))
          .hasSameBinaryContentAs(FOLDER.resolve("WEB-INF/accounts"));
    }
  }

  private static Path pack(Path war) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(war));
        Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        zip.putNextEntry(new ZipEntry(FOLDER.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, zip);
      }
    }
    return war;
  }

  private static void assertServes(WebApplication sample) throws Exception {
    assertThat(sample.get("/api/whoami").status()).isEqualTo(401);
    String[] alice = sample.session(Sample.ALICE, 5).headers();
    assertThat(sample.get("/api/whoami", alice).member("username")).isEqualTo("alice");
  }

  @Test
  void warnsOnceAboutKnownAccountsBeyondLoopback() throws Exception {
    try (WebApplication sample = startAt(Map.of(), OTHER_ADDRESS)) {
      for (int i = 0; i < 2; i++) {
        assertThat(sample.get("/public/health").status()).isEqualTo(200);
      }
    }
    assertThat(warnings())
        .singleElement()
        .asString()
        .contains("accounts of the sample", "192.0.2.1", "-Dtoken.credentials.file=FILE");
  }

  @Test
  void doesNotWarnAboutKnownAccountsOnLoopback() throws Exception {
    for (String loopback : new String[] {"127.0.0.1", "127.3.2.1", "::1"}) {
      try (WebApplication sample = startAt(Map.of(), new InetSocketAddress(loopback, 80))) {
        assertThat(sample.get("/public/health").status()).isEqualTo(200);
      }
    }
    assertThat(warnings()).isEmpty();
  }

  @Test
  void doesNotWarnAboutAccountsOfTheOperator() throws Exception {
    Path own = Files.copy(FOLDER.resolve("WEB-INF/accounts"), folder.resolve("own"));
    Map<String, String> commandLine = Map.of("token.credentials.file", own.toString());
    try (WebApplication sample = startAt(commandLine, OTHER_ADDRESS)) {
      assertThat(sample.get("/public/health").status()).isEqualTo(200);
    }
    assertThat(warnings()).isEmpty();
  }

  private WebApplication startAt(Map<String, String> commandLine, InetSocketAddress address)
      throws Exception {
    return Sample.start(folder.resolve("data"), commandLine, sample -> sample.servedAt(address));
  }
}
