package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.attack.LoginAttackCases.Case;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;

/** Cases L15 and L16: bodies that are much too large or too deep, or never complete. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LoginBodySizeTest {

  private static final String CHUNKED = "Transfer-Encoding: chunked";
  private static final List<LoginRoute> JSON =
      LoginRoute.withBody().stream().filter(LoginRoute::isJson).toList();

  private LoginAttackCases rows;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rows = new LoginAttackCases(folder, Map.of("alice", "wonderland"));
  }

  @AfterAll
  void stop() {
    rows.close();
  }

  @TestFactory
  Stream<DynamicTest> l15_refusesBodiesAbove8Kib() {
    return rows.tests(
        Stream.of(
            Case.unchecked(
                "L15 10 MB announced, none of it sent",
                LoginRoute.withBody(),
                (route, client) -> announced(route, client, "Content-Length: 10000000"),
                LoginRoute::isTooLarge),
            Case.unchecked(
                "L15 more than a long can hold announced",
                LoginRoute.withBody(),
                (route, client) -> announced(route, client, "Content-Length: 99999999999999999999"),
                (route, answer) ->
                    ExpectedAnswer.CONTAINER.fits(answer) || route.isTooLarge(answer)),
            Case.unchecked(
                "L15 8,193 bytes",
                LoginRoute.withBody(),
                (route, client) -> route.post(client, route.contentType(), padded(route, 8193)),
                LoginRoute::isTooLarge),
            Case.unchecked(
                "L15 9 KiB in chunks, and more to come",
                LoginRoute.withBody(),
                (route, client) -> chunked(route, client, "2400\r\n" + "x".repeat(0x2400) + "\r\n"),
                LoginRoute::isTooLarge),
            Case.checked(
                "L15 8,192 bytes in JSON",
                List.of(LoginRoute.CLIENT_JSON),
                (route, client) -> route.post(client, route.contentType(), padded(route, 8192)),
                LoginRoute::issues),
            Case.checked(
                "L15 8,192 bytes in a form",
                List.of(LoginRoute.QUERY_FORM),
                (route, client) -> route.post(client, route.contentType(), padded(route, 8192)),
                LoginRoute::issues)));
  }

  @TestFactory
  Stream<DynamicTest> l15_limitsDepthAndNumbers() {
    return rows.tests(
        Stream.concat(
            Stream.<Function<LoginRoute, String>>of(
                    route -> member(route, "[".repeat(1000) + "]".repeat(1000)),
                    route -> member(route, "[".repeat(4000)),
                    route -> member(route, "{\"a\":".repeat(1000) + "1" + "}".repeat(1000)),
                    route -> member(route, "9".repeat(2000)),
                    route -> member(route, "1e" + "9".repeat(2000)),
                    route -> "[".repeat(8000))
                .map(
                    body ->
                        Case.unchecked(
                            "L15 "
                                + body.apply(LoginRoute.GATEWAY_JSON).substring(0, 12)
                                + " "
                                + body.apply(LoginRoute.GATEWAY_JSON).length(),
                            JSON,
                            (route, client) ->
                                route.post(client, route.contentType(), body.apply(route)),
                            LoginRoute::isBadRequest)),
            Stream.of("gzip", "deflate", "br", "identity", "x")
                .map(
                    coding ->
                        Case.unchecked(
                            "L15 coded as " + coding,
                            LoginRoute.withBody(),
                            (route, client) ->
                                route.post(
                                    client,
                                    route.contentType(),
                                    zeros(),
                                    "Content-Encoding: " + coding),
                            LoginRoute::isUnsupportedMediaType))));
  }

  @TestFactory
  Stream<DynamicTest> l16_refusesIncompleteBodies() {
    return rows.tests(
        Stream.of(
            Case.unchecked(
                "L16 shorter than announced",
                LoginRoute.withBody(),
                (route, client) ->
                    client.sendAndShutDownOutput(
                        route.head(route.contentType(), "Content-Length: 500")
                            + "\r\n"
                            + route.body("alice", "wonderland")),
                LoginBodySizeTest::reportsIncompleteBody),
            Case.unchecked(
                "L16 nothing of what is announced",
                LoginRoute.withBody(),
                (route, client) ->
                    client.sendAndShutDownOutput(
                        route.head(route.contentType(), "Content-Length: 50") + "\r\n"),
                LoginBodySizeTest::reportsIncompleteBody),
            Case.unchecked(
                "L16 chunks without an end",
                LoginRoute.withBody(),
                (route, client) -> {
                  String body = route.body("alice", "wonderland");
                  return client.sendAndShutDownOutput(
                      route.head(route.contentType(), CHUNKED)
                          + "\r\n"
                          + Integer.toHexString(body.length())
                          + "\r\n"
                          + body
                          + "\r\n");
                },
                LoginBodySizeTest::reportsIncompleteBody),
            Case.unchecked(
                "L16 chunks that are none",
                LoginRoute.withBody(),
                (route, client) ->
                    chunked(route, client, "zz\r\n" + route.body("alice", "x") + "\r\n"),
                LoginBodySizeTest::reportsIncompleteBody),
            Case.checked(
                "L16 after the client has gone",
                LoginRoute.withBody(),
                (route, client) -> {
                  for (int i = 0; i < 3; i++) {
                    client.abort(route.head(route.contentType(), "Content-Length: 50") + "\r\n{");
                  }
                  return route.logIn(client, "alice", "wonderland");
                },
                LoginRoute::issues)));
  }

  /** Allows Tomcat's own answer; neither answer discloses the place in the code. */
  private static boolean reportsIncompleteBody(LoginRoute route, Answer answer) {
    return route.isBadRequest(answer)
        || (ExpectedAnswer.CONTAINER.fits(answer)
            && answer.status() == 400
            && !answer.body().contains("org.")
            && !answer.body().contains("Exception"));
  }

  private static Answer announced(LoginRoute route, RawHttp client, String length)
      throws IOException {
    return client.sendAndShutDownOutput(
        route.head(route.contentType(), length, "Connection: close") + "\r\n");
  }

  private static Answer chunked(LoginRoute route, RawHttp client, String chunks)
      throws IOException {
    return client.sendAndShutDownOutput(
        route.head(route.contentType(), CHUNKED, "Connection: close") + "\r\n" + chunks);
  }

  private static String member(LoginRoute route, String value) {
    return route.body("alice", "wonderland").replace("{", "{\"x\":" + value + ",");
  }

  /** Returns the right body with a meaningless field that fills it up. */
  private static String padded(LoginRoute route, int length) {
    String body = route.body("alice", "wonderland");
    String padded = route.isJson() ? body.replace("}", ",\"x\":\"\"}") : body + "&x=";
    String nothing = "a".repeat(length - padded.length());
    String whole =
        route.isJson() ? padded.replace("\"\"}", "\"" + nothing + "\"}") : padded + nothing;
    assertThat(whole).hasSize(length);
    return whole;
  }

  /** Returns ten megabytes of zeros, compressed, each byte as one character. */
  private static String zeros() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(new byte[10_000_000]);
    }
    String whole = bytes.toString(StandardCharsets.ISO_8859_1);
    return whole.substring(0, Math.min(8000, whole.length()));
  }
}
