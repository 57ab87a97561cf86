package org.tokenfilter.attack;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.attack.LoginRows.Case;

/** Cases L01, L02, L04 and L05: the allowed forms of a Basic header. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BasicSpellingTest {

  private static final String RIGHT = "alice:wonderland";
  private static final String SLASHED = "bob:?~?~?~?~";

  private LoginRows rows;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rows =
        new LoginRows(
            folder,
            Map.of("alice", "wonderland", "bob", "?~?~?~?~", "\u00fc", "\u00fc", "a", "b:c"));
  }

  @AfterAll
  void stop() {
    rows.close();
  }

  @TestFactory
  Stream<DynamicTest> whatSaysTheSameIsTaken() {
    String right = encoded(RIGHT);
    return rows.tests(
        Stream.of(
            asking("L01 as it should be", "Basic " + right),
            asking("L01 scheme in lower case", "basic " + right),
            asking("L01 scheme in capitals", "BASIC " + right),
            asking("L01 two spaces", "Basic  " + right),
            asking("L01 a space behind", "Basic " + right + " "),
            asking("L01 no padding", "Basic " + right.replace("=", "")),
            asking("L01 with / in it", "Basic " + encoded(SLASHED)),
            asking("L02 a colon in the password", "Basic " + encoded("a:b:c")),
            asking("L04 UTF-8", "Basic " + encoded("\u00fc:\u00fc"))));
  }

  @TestFactory
  Stream<DynamicTest> whatIsNoneIsRefusedAlike() {
    String right = encoded(RIGHT);
    return rows.tests(
        Stream.of(
            unasked("L01 nothing", "Basic"),
            unasked("L01 a space", "Basic "),
            unasked("L01 no base64", "Basic !!!!"),
            unasked("L01 one character less", "Basic " + right.substring(0, 21)),
            unasked("L01 one = too many", "Basic " + right + "="),
            unasked("L01 four = too many", "Basic " + right + "===="),
            unasked("L01 one = too few", "Basic " + right.substring(0, right.length() - 1)),
            unasked("L01 = inside", "Basic " + right.substring(0, 8) + "=" + right.substring(8)),
            unasked("L01 URL-safe alphabet", "Basic " + encoded(SLASHED).replace('/', '_')),
            unasked(
                "L01 a space inside", "Basic " + right.substring(0, 8) + " " + right.substring(8)),
            unasked(
                "L01 a tab inside", "Basic " + right.substring(0, 8) + "\t" + right.substring(8)),
            unasked("L01 quotes", "Basic \"" + right + "\""),
            unasked("L01 twice, with a comma", "Basic " + right + ", Basic " + right),
            unasked("L01 plain text", "Basic " + RIGHT),
            unasked("L01 no space", "Basic" + right),
            unasked("L01 a tab for the space", "Basic\t" + right),
            unasked("L01 another scheme", "Digest " + right),
            unasked("L01 long s for s, in UTF-8", "Ba\u00c5\u00bfic " + right),
            unasked("L02 no colon", "Basic " + encoded("alice")),
            unasked("L02 a colon", "Basic " + encoded(":")),
            unasked("L02 no password", "Basic " + encoded("alice:")),
            unasked("L02 no name", "Basic " + encoded(":wonderland")),
            unasked("L04 Latin-1", "Basic " + bytes("fc3afc")),
            unasked("L04 0xff", "Basic " + bytes("613aff")),
            unasked("L04 0xfe", "Basic " + bytes("613afe")),
            unasked("L04 overlong slash", "Basic " + bytes("613ac0af")),
            unasked("L04 surrogate", "Basic " + bytes("613aeda080")),
            unasked("L04 cut off", "Basic " + bytes("613ae282"))));
  }

  /** The spare bits after the last byte have no meaning, and the JDK's decoder ignores them. */
  @TestFactory
  Stream<DynamicTest> bitsThatSayNothingAreIgnored() {
    String right = encoded(RIGHT);
    return rows.tests(
        Stream.of(asking("L01 other spare bits", "Basic " + right.replace("ZA==", "ZB=="))));
  }

  @TestFactory
  Stream<DynamicTest> whatIsTooLongReachesNobody() {
    return rows.tests(
        Stream.of(
            large("L05 name of 8 kB", "u".repeat(8192) + ":wonderland"),
            large("L05 password of 64 kB", "alice:" + "p".repeat(65536)),
            large("L05 name of 5 kB", "u".repeat(5000) + ":wonderland")));
  }

  @TestFactory
  Stream<DynamicTest> twoHeadersAreABadRequest() {
    String header = "Authorization: Basic " + encoded(RIGHT);
    return rows.tests(
        Stream.of(
            Case.unasked(
                "L01 two headers",
                Door.basic(),
                (door, client) -> client.send(door.method, door.path, header, header),
                Door::finds400)));
  }

  private static Case asking(String name, String header) {
    return of(name, header, Door::issues, 1);
  }

  private static Case unasked(String name, String header) {
    return of(name, header, Door::refuses, 0);
  }

  private static Case large(String name, String credentials) {
    return of(
        name,
        "Basic " + encoded(credentials),
        (door, answer) ->
            door.refuses(answer)
                || Verdict.CONTAINER.fits(answer)
                || List.of(400, 431).contains(answer.status()),
        0);
  }

  private static Case of(String name, String header, BiPredicate<Door, Answer> fits, int asked) {
    return new Case(
        name,
        Door.basic(),
        (door, client) -> client.send(door.method, door.path, "Authorization: " + header),
        fits,
        asked);
  }

  private static String encoded(String credentials) {
    return Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }

  private static String bytes(String hex) {
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
  }
}
