package org.tokenfilter.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The resources of the sample, which scripts rely on. */
final class SampleResourcesTest {

  private static final String WHO_IS_ALICE =
      "\\{\"username\":\"alice\",\"kind\":\"session\",\"roles\":\\[\"user\"],"
          + "\"handle\":\"[A-Za-z0-9_-]+\",\"remaining\":[0-9]+}";

  @TempDir private static Path folder;
  private static WebApplication sample;
  private static String[] alice;
  private static String[] admin;

  @BeforeAll
  static void startTheSample() throws Exception {
    sample = Sample.start(folder.resolve("data"), Map.of());
    alice = sample.session(Sample.ALICE, 5).headers();
    admin = new String[] {"Authorization", "Bearer " + sample.open(Sample.ADMIN, 5)};
  }

  @AfterAll
  static void stopTheSample() {
    sample.close();
  }

  @Test
  void healthNeedsNoToken() throws Exception {
    // The feed is stale for a moment while its thread waits for a processor.
    await()
        .untilAsserted(
            () ->
                assertJson(
                    sample.get("/public/health"),
                    "\\{\"status\":\"ok\",\"store\":\"ok\",\"feed\":\\{\"fresh\":true,\"age\":[0-9]+},"
                        + "\"keys\":\\{\"active\":\"k1\",\"age\":[0-9]+},"
                        + "\"clock\":\\{\"ahead\":-?[0-9]+},\"tasks\":\\{"
                        + "(\"[a-z]+\":\\{\"overdue\":false,\"success\":([0-9]+|null),"
                        + "\"failure\":([0-9]+|null),\"kind\":(\"[A-Za-z]+\"|null),"
                        + "\"failures\":[0-9]+},?){7}}}"));
  }

  @Test
  void forwardLeadsToWhoamiWithAToken() throws Exception {
    assertThat(sample.get("/public/forward").status()).isEqualTo(401);
    assertJson(sample.get("/public/forward", alice), WHO_IS_ALICE);
  }

  @Test
  void includeShowsWhoamiBetweenItsLinesWithAToken() throws Exception {
    Answer without = sample.get("/public/include");
    assertThat(without.status()).isEqualTo(200);
    assertThat(without.text().lines()).containsExactly("before", "", "after");
    Answer with = sample.get("/public/include", alice);
    assertThat(with.status()).isEqualTo(200);
    assertThat(with.text().lines()).hasSize(3).startsWith("before").endsWith("after");
    assertThat(with.text().lines().toList().get(1)).matches(WHO_IS_ALICE);
  }

  @Test
  void whoamiNamesTheUserForGetAndPost() throws Exception {
    assertJson(sample.get("/api/whoami", alice), WHO_IS_ALICE);
    assertJson(sample.post("/api/whoami", new byte[0], alice), WHO_IS_ALICE);
    assertThat(sample.get("/api/whoami", admin).text())
        .startsWith(
            "{\"username\":\"admin\",\"kind\":\"open\",\"roles\":[\"admin\",\"introspect\",\"user\"]");
  }

  @Test
  void handleIsStableWhileTheTokenIsLive() throws Exception {
    assertThat(sample.get("/api/whoami", alice).member("handle"))
        .isEqualTo(sample.get("/public/forward", alice).member("handle"));
  }

  @Test
  void adminRequiresTheRoleAdmin() throws Exception {
    assertThat(sample.get("/api/admin", alice).status()).isEqualTo(403);
    Answer answer = sample.get("/api/admin", admin);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.member("username")).isEqualTo("admin");
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 204, 302, 304, 400, 401, 404, 409, 500, 503})
  void failAnswersWithTheRequestedStatus(int status) throws Exception {
    assertThat(sample.get("/api/fail?status=" + status, alice).status()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?status=", "?status=600", "?status=99", "?status=abc"})
  void failWithoutStatusIsABadRequest(String query) throws Exception {
    assertThat(sample.get("/api/fail" + query, alice).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @MethodSource
  void echoGivesTheBodyBackByteForByte(String contentType, byte[] body) throws Exception {
    String[] headers =
        Stream.of(alice, new String[] {"Content-Type", contentType})
            .flatMap(Stream::of)
            .toArray(String[]::new);
    Answer answer = sample.post("/api/echo", body, headers);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo(contentType);
    assertThat(answer.body()).isEqualTo(body);
  }

  static Stream<Arguments> echoGivesTheBodyBackByteForByte() {
    byte[] binary = new byte[300_000];
    new Random(4711).nextBytes(binary);
    String part =
        """
        --limit\r
        Content-Disposition: form-data; name="file"; filename="a.bin"\r
        Content-Type: application/octet-stream\r
        \r
        \u0000\u00ff\r
        --limit--\r
        """;
    return Stream.of(
        Arguments.of("application/x-www-form-urlencoded", "a=1&b=%C3%A4+c&a=2".getBytes(UTF_8)),
        Arguments.of(
            "application/x-www-form-urlencoded", ("a=" + "x".repeat(300_000)).getBytes(UTF_8)),
        Arguments.of("application/json", "{\"a\":[1, 2.50 ,\"\u00e4\"]}\n".getBytes(UTF_8)),
        Arguments.of("application/json;charset=utf-8", "[]".getBytes(UTF_8)),
        Arguments.of("multipart/form-data; boundary=limit", part.getBytes(UTF_8)),
        Arguments.of("application/octet-stream", binary),
        Arguments.of("text/html", new byte[0]));
  }

  @Test
  void echoOfABodyWithoutTypeHasNoType() throws Exception {
    Answer answer = sample.post("/api/echo", new byte[] {1, 2, 3}, alice);
    assertThat(answer.header("Content-Type")).isNull();
    assertThat(answer.body()).containsExactly(1, 2, 3);
  }

  @Test
  void slowAnswersAfterTheRequestedTime() throws Exception {
    long begin = System.nanoTime();
    Answer answer = sample.get("/api/slow?ms=50", alice);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(50));
    assertJson(answer, WHO_IS_ALICE);
    assertThat(answer.header("Token-Remaining")).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?ms=", "?ms=-1", "?ms=60001", "?ms=1.5"})
  void slowWithoutTimeIsABadRequest(String query) throws Exception {
    assertThat(sample.get("/api/slow" + query, alice).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/whoami",
        "/api/admin",
        "/api/fail?status=200",
        "/api/echo",
        "/api/slow?ms=0"
      })
  void apiNeedsAToken(String path) throws Exception {
    assertThat(sample.get(path).status()).isEqualTo(401);
    assertThat(sample.post(path, new byte[] {1}).status()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/WEB-INF/accounts", "/WEB-INF/web.xml", "/public/../WEB-INF/accounts"})
  void neverServesAccounts(String path) throws Exception {
    assertThat(sample.get(path).status()).isIn(400, 401, 404);
    assertThat(sample.get(path, admin).status()).isIn(400, 404);
  }

  private static void assertJson(Answer answer, String pattern) {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type"))
        .isEqualToIgnoringCase("application/json;charset=UTF-8");
    assertThat(answer.text()).matches(pattern);
  }
}
