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
import org.tokenfilter.RawHttp;
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.attack.LoginRows.Case;

/** Cases L15 and L16: bodies that are much too large or too deep, or never complete. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LoginBodySizeTest {

  private static final String CHUNKED = "Transfer-Encoding: chunked";
  private static final List<Door> JSON = Door.fields().stream().filter(Door::isJson).toList();

  private LoginRows rows;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rows = new LoginRows(folder, Map.of("alice", "wonderland"));
  }

  @AfterAll
  void stop() {
    rows.close();
  }

  @TestFactory
  Stream<DynamicTest> l15_moreThan8KibIsNotRead() {
    return rows.tests(
        Stream.of(
            Case.unasked(
                "L15 10 MB announced, none of it sent",
                Door.fields(),
                (door, client) -> announced(door, client, "Content-Length: 10000000"),
                Door::isTooMuch),
            Case.unasked(
                "L15 more than a long can hold announced",
                Door.fields(),
                (door, client) -> announced(door, client, "Content-Length: 99999999999999999999"),
                (door, answer) -> Verdict.CONTAINER.fits(answer) || door.isTooMuch(answer)),
            Case.unasked(
                "L15 8,193 bytes",
                Door.fields(),
                (door, client) -> door.post(client, door.contentType(), padded(door, 8193)),
                Door::isTooMuch),
            Case.unasked(
                "L15 9 KiB in chunks, and more to come",
                Door.fields(),
                (door, client) -> chunked(door, client, "2400\r\n" + "x".repeat(0x2400) + "\r\n"),
                Door::isTooMuch),
            Case.asking(
                "L15 8,192 bytes in JSON",
                List.of(Door.CLIENT_JSON),
                (door, client) -> door.post(client, door.contentType(), padded(door, 8192)),
                Door::issues),
            Case.asking(
                "L15 8,192 bytes in a form",
                List.of(Door.QUERY_FORM),
                (door, client) -> door.post(client, door.contentType(), padded(door, 8192)),
                Door::issues)));
  }

  @TestFactory
  Stream<DynamicTest> l15_depthAndNumbers() {
    return rows.tests(
        Stream.concat(
            Stream.<Function<Door, String>>of(
                    door -> member(door, "[".repeat(1000) + "]".repeat(1000)),
                    door -> member(door, "[".repeat(4000)),
                    door -> member(door, "{\"a\":".repeat(1000) + "1" + "}".repeat(1000)),
                    door -> member(door, "9".repeat(2000)),
                    door -> member(door, "1e" + "9".repeat(2000)),
                    door -> "[".repeat(8000))
                .map(
                    body ->
                        Case.unasked(
                            "L15 "
                                + body.apply(Door.GATEWAY_JSON).substring(0, 12)
                                + " "
                                + body.apply(Door.GATEWAY_JSON).length(),
                            JSON,
                            (door, client) ->
                                door.post(client, door.contentType(), body.apply(door)),
                            Door::finds400)),
            Stream.of("gzip", "deflate", "br", "identity", "x")
                .map(
                    coding ->
                        Case.unasked(
                            "L15 coded as " + coding,
                            Door.fields(),
                            (door, client) ->
                                door.post(
                                    client,
                                    door.contentType(),
                                    zeros(),
                                    "Content-Encoding: " + coding),
                            Door::takesNoSuchType))));
  }

  @TestFactory
  Stream<DynamicTest> l16_bodiesThatDoNotComeWhole() {
    return rows.tests(
        Stream.of(
            Case.unasked(
                "L16 shorter than announced",
                Door.fields(),
                (door, client) ->
                    client.cutShort(
                        door.head(door.contentType(), "Content-Length: 500")
                            + "\r\n"
                            + door.body("alice", "wonderland")),
                LoginBodySizeTest::findsHalf),
            Case.unasked(
                "L16 nothing of what is announced",
                Door.fields(),
                (door, client) ->
                    client.cutShort(door.head(door.contentType(), "Content-Length: 50") + "\r\n"),
                LoginBodySizeTest::findsHalf),
            Case.unasked(
                "L16 chunks without an end",
                Door.fields(),
                (door, client) -> {
                  String body = door.body("alice", "wonderland");
                  return client.cutShort(
                      door.head(door.contentType(), CHUNKED)
                          + "\r\n"
                          + Integer.toHexString(body.length())
                          + "\r\n"
                          + body
                          + "\r\n");
                },
                LoginBodySizeTest::findsHalf),
            Case.unasked(
                "L16 chunks that are none",
                Door.fields(),
                (door, client) ->
                    chunked(door, client, "zz\r\n" + door.body("alice", "x") + "\r\n"),
                LoginBodySizeTest::findsHalf),
            Case.asking(
                "L16 after the client has gone",
                Door.fields(),
                (door, client) -> {
                  for (int i = 0; i < 3; i++) {
                    client.abort(door.head(door.contentType(), "Content-Length: 50") + "\r\n{");
                  }
                  return door.logIn(client, "alice", "wonderland");
                },
                Door::issues)));
  }

  /** Allows Tomcat's own answer; neither answer discloses the place in the code. */
  private static boolean findsHalf(Door door, Answer answer) {
    return door.finds400(answer)
        || (Verdict.CONTAINER.fits(answer)
            && answer.status() == 400
            && !answer.body().contains("org.")
            && !answer.body().contains("Exception"));
  }

  private static Answer announced(Door door, RawHttp client, String length) throws IOException {
    return client.cutShort(door.head(door.contentType(), length, "Connection: close") + "\r\n");
  }

  private static Answer chunked(Door door, RawHttp client, String chunks) throws IOException {
    return client.cutShort(
        door.head(door.contentType(), CHUNKED, "Connection: close") + "\r\n" + chunks);
  }

  private static String member(Door door, String value) {
    return door.body("alice", "wonderland").replace("{", "{\"x\":" + value + ",");
  }

  /** Returns the right body with a meaningless field that fills it up. */
  private static String padded(Door door, int length) {
    String body = door.body("alice", "wonderland");
    String padded = door.isJson() ? body.replace("}", ",\"x\":\"\"}") : body + "&x=";
    String nothing = "a".repeat(length - padded.length());
    String whole =
        door.isJson() ? padded.replace("\"\"}", "\"" + nothing + "\"}") : padded + nothing;
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
