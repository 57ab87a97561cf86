package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runnable WAR, started by {@code java -jar sample-webapp.war}. */
final class RunnableWarIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String ALICE = "alice:wonderland-4711";
  private static final Pattern TOKEN = Pattern.compile("\"access_token\":\"([^\"]+)\"");

  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void servesAcrossRestartAndKeepsItsData() throws Exception {
    String token;
    SampleProcess first = SampleProcess.start(folder);
    try (first) {
      assertThat(get(first, "public/health", "").body()).startsWith("{\"status\":\"ok\"");
      assertThat(get(first, "api/whoami", "").statusCode()).isEqualTo(401);
      token = tokenOf(get(first, "security/rest/token/access/10", basic(ALICE)).body());
      assertThat(get(first, "api/whoami", "Bearer " + token).statusCode()).isEqualTo(200);
    }
    assertThatThrownBy(() -> get(first, "public/health", "")).isInstanceOf(ConnectException.class);
    assertThat(fileNamesIn("tmp")).as("unpacked files").isEmpty();
    assertThat(fileNamesIn("data")).contains("keys.jwks");
    try (SampleProcess second = SampleProcess.start(folder)) {
      assertThat(get(second, "api/whoami", "Bearer " + token).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void hidesItsOwnFiles() throws Exception {
    try (SampleProcess sample = SampleProcess.start(folder)) {
      String token = tokenOf(get(sample, "security/rest/token/access/10", basic(ALICE)).body());
      assertThat(get(sample, "public/js/", "").statusCode()).as("a listing").isEqualTo(403);
      for (String hidden : List.of("WEB-INF/accounts", "META-INF/MANIFEST.MF")) {
        assertThat(get(sample, hidden, "Bearer " + token).statusCode()).as(hidden).isEqualTo(404);
      }
      assertThat(get(sample, "org/tokenfilter/sample/run/Main.class", "").statusCode())
          .isEqualTo(401);
    }
  }

  @Test
  void runsFromPathWithSpecialCharacters() throws Exception {
    assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "files have ASCII names");
    Path war = folder.resolve("größer als #1 & 100%").resolve("the sample.war");
    try (SampleProcess sample = SampleProcess.startCopy(folder, war)) {
      assertThat(get(sample, "public/health", "").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void leavesNothingWhenStoppedDuringStart() throws Exception {
    Process starting = SampleProcess.launch(folder);
    try {
      await().atMost(PATIENCE).until(() -> !fileNamesIn("tmp").isEmpty());
      starting.destroy();
      assertThat(starting.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } finally {
      starting.destroyForcibly();
    }
    assertThat(fileNamesIn("tmp")).isEmpty();
  }

  private List<String> fileNamesIn(String name) throws IOException {
    try (Stream<Path> paths = Files.list(folder.resolve(name))) {
      return paths.map(path -> path.getFileName().toString()).toList();
    }
  }

  private HttpResponse<String> get(SampleProcess sample, String path, String authorization)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(sample.address().resolve(path));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static String basic(String credentials) {
    return "Basic "
        + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }

  private static String tokenOf(String answer) {
    Matcher token = TOKEN.matcher(answer);
    assertThat(token.find()).as(answer).isTrue();
    return token.group(1);
  }
}
