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
import org.tokenfilter.attack.LoginAttackCases.Case;
import org.tokenfilter.testsupport.RawHttp.Answer;

/** Cases L01, L02, L04 and L05: the allowed forms of a Basic header. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BasicHeaderTest {

  private static final String RIGHT = "alice:wonderland";
  private static final String SLASHED = "bob:?~?~?~?~";

  private LoginAttackCases rows;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rows =
        new LoginAttackCases(
            folder,
            Map.of("alice", "wonderland", "bob", "?~?~?~?~", "\u00fc", "\u00fc", "a", "b:c"));
  }

  @AfterAll
  void stop() {
    rows.close();
  }

  @TestFactory
  Stream<DynamicTest> acceptsEquivalentHeaders() {
    String right = encoded(RIGHT);
    return rows.tests(
        Stream.of(
            checked("L01 as it should be", "Basic " + right),
            checked("L01 scheme in lower case", "basic " + right),
            checked("L01 scheme in capitals", "BASIC " + right),
            checked("L01 two spaces", "Basic  " + right),
            checked("L01 a space behind", "Basic " + right + " "),
            checked("L01 no padding", "Basic " + right.replace("=", "")),
            checked("L01 with / in it", "Basic " + encoded(SLASHED)),
            checked("L02 a colon in the password", "Basic " + encoded("a:b:c")),
            checked("L04 UTF-8", "Basic " + encoded("\u00fc:\u00fc"))));
  }

  @TestFactory
  Stream<DynamicTest> refusesMalformedHeadersAlike() {
    String right = encoded(RIGHT);
    return rows.tests(
        Stream.of(
            unchecked("L01 nothing", "Basic"),
            unchecked("L01 a space", "Basic "),
            unchecked("L01 no base64", "Basic !!!!"),
            unchecked("L01 one character less", "Basic " + right.substring(0, 21)),
            unchecked("L01 one = too many", "Basic " + right + "="),
            unchecked("L01 four = too many", "Basic " + right + "===="),
            unchecked("L01 one = too few", "Basic " + right.substring(0, right.length() - 1)),
            unchecked("L01 = inside", "Basic " + right.substring(0, 8) + "=" + right.substring(8)),
            unchecked("L01 URL-safe alphabet", "Basic " + encoded(SLASHED).replace('/', '_')),
            unchecked(
                "L01 a space inside", "Basic " + right.substring(0, 8) + " " + right.substring(8)),
            unchecked(
                "L01 a tab inside", "Basic " + right.substring(0, 8) + "\t" + right.substring(8)),
            unchecked("L01 quotes", "Basic \"" + right + "\""),
            unchecked("L01 twice, with a comma", "Basic " + right + ", Basic " + right),
            unchecked("L01 plain text", "Basic " + RIGHT),
            unchecked("L01 no space", "Basic" + right),
            unchecked("L01 a tab for the space", "Basic\t" + right),
            unchecked("L01 another scheme", "Digest " + right),
            unchecked("L01 long s for s, in UTF-8", "Ba\u00c5\u00bfic " + right),
            unchecked("L02 no colon", "Basic " + encoded("alice")),
            unchecked("L02 a colon", "Basic " + encoded(":")),
            unchecked("L02 no password", "Basic " + encoded("alice:")),
            unchecked("L02 no name", "Basic " + encoded(":wonderland")),
            unchecked("L04 Latin-1", "Basic " + bytes("fc3afc")),
            unchecked("L04 0xff", "Basic " + bytes("613aff")),
            unchecked("L04 0xfe", "Basic " + bytes("613afe")),
            unchecked("L04 overlong slash", "Basic " + bytes("613ac0af")),
            unchecked("L04 surrogate", "Basic " + bytes("613aeda080")),
            unchecked("L04 cut off", "Basic " + bytes("613ae282"))));
  }

  /** The spare bits after the last byte have no meaning, and the JDK's decoder ignores them. */
  @TestFactory
  Stream<DynamicTest> ignoresUnusedBits() {
    String right = encoded(RIGHT);
    return rows.tests(
        Stream.of(checked("L01 other spare bits", "Basic " + right.replace("ZA==", "ZB=="))));
  }

  @TestFactory
  Stream<DynamicTest> overlongHeaderNeverReachesAuthenticator() {
    return rows.tests(
        Stream.of(
            large("L05 name of 8 kB", "u".repeat(8192) + ":wonderland"),
            large("L05 password of 64 kB", "alice:" + "p".repeat(65536)),
            large("L05 name of 5 kB", "u".repeat(5000) + ":wonderland")));
  }

  @TestFactory
  Stream<DynamicTest> twoHeadersAreBadRequest() {
    String header = "Authorization: Basic " + encoded(RIGHT);
    return rows.tests(
        Stream.of(
            Case.unchecked(
                "L01 two headers",
                LoginRoute.basic(),
                (route, client) -> client.send(route.method, route.path, header, header),
                LoginRoute::isBadRequest)));
  }

  private static Case checked(String name, String header) {
    return of(name, header, LoginRoute::issues, 1);
  }

  private static Case unchecked(String name, String header) {
    return of(name, header, LoginRoute::refuses, 0);
  }

  private static Case large(String name, String credentials) {
    return of(
        name,
        "Basic " + encoded(credentials),
        (route, answer) ->
            route.refuses(answer)
                || ExpectedAnswer.CONTAINER.fits(answer)
                || List.of(400, 431).contains(answer.status()),
        0);
  }

  private static Case of(
      String name, String header, BiPredicate<LoginRoute, Answer> fits, int asked) {
    return new Case(
        name,
        LoginRoute.basic(),
        (route, client) -> client.send(route.method, route.path, "Authorization: " + header),
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
