package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.text.Normalizer;
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

/** Cases L02, L03, L05, L12, L13, L17 and S23: names and passwords at each login route. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LoginNamesTest {

  private static final List<LoginRoute> ALL = List.of(LoginRoute.values());
  private static final String SECRET = "only-alice-knows";
  private static final String P72 = "p".repeat(72);

  /** The password of each existing user. */
  private static final Map<String, String> ACCOUNTS =
      Map.of(
          "alice",
          SECRET,
          "zo\u00eb",
          "umlaut-\u00fc",
          "\ud83d\ude80",
          "rocket-\ud83d\ude80",
          "p64",
          "x".repeat(64),
          "p72",
          P72,
          "p128",
          "y".repeat(128),
          "p1024",
          "z".repeat(1024),
          "colon",
          "b:c",
          "n".repeat(255),
          "name-of-255");

  private ServerSocket elsewhere;
  private LoginAttackCases rows;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    elsewhere = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    rows = new LoginAttackCases(folder, ACCOUNTS);
  }

  /** Case L17: after all cases, no connection to the address in a name was made. */
  @AfterAll
  void stop() throws IOException {
    rows.close();
    try (ServerSocket closing = elsewhere) {
      closing.setSoTimeout(100);
      assertThatThrownBy(closing::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @TestFactory
  Stream<DynamicTest> comparesNamesAndPasswordsByEveryCharacter() {
    return rows.tests(
        Stream.of(
                ACCOUNTS.entrySet().stream()
                    .map(
                        account ->
                            checked(
                                "L13 right password of " + escaped(account.getKey()),
                                account.getKey(),
                                account.getValue(),
                                LoginRoute::issues)),
                names(),
                passwords())
            .flatMap(cases -> cases));
  }

  private Stream<Case> names() {
    String port = Integer.toString(elsewhere.getLocalPort());
    return Stream.of(
            "alice ",
            " alice",
            "Alice",
            "ALICE",
            "al\u0131ce",
            "alice\u200b",
            "\uff41lice",
            "alice\u00a0",
            "\u202eecila",
            Normalizer.normalize("zo\u00eb", Normalizer.Form.NFD),
            "'--",
            "alice'--",
            "*)(uid=*",
            "#{7*7}",
            "${7*7}",
            "%n%s%x",
            "../alice",
            "alice\\00",
            "${jndi:ldap://127.0.0.1:" + port + "/a}")
        .map(name -> checked("L12 L17 name " + escaped(name), name, SECRET, LoginRoute::refuses));
  }

  private static Stream<Case> passwords() {
    return Stream.of(
        checked("L13 73 that begin with the 72", "p72", P72 + "p", LoginRoute::refuses),
        checked("L13 71 of 72", "p72", P72.substring(1), LoginRoute::refuses),
        checked("L13 the first 72 of 128", "p128", "y".repeat(72), LoginRoute::refuses),
        checked("L13 1,023 of 1,024", "p1024", "z".repeat(1023), LoginRoute::refuses),
        checked("L02 up to the second colon", "colon", "b", LoginRoute::refuses),
        checked("L17 password that is SQL", "alice", "' or '1'='1", LoginRoute::refuses),
        checked("L12 password of another case", "alice", "Only-Alice-Knows", LoginRoute::refuses),
        checked("L12 password and a space", "alice", SECRET + " ", LoginRoute::refuses));
  }

  @TestFactory
  Stream<DynamicTest> impossibleCredentialsNeverReachAuthenticator() {
    return rows.tests(
        Stream.concat(
            Stream.of(
                    "\r\n2026-11-22 INFO login ok user=admin",
                    "a\u0000b",
                    "alice\n",
                    "a\u007fb",
                    "a\u0085b",
                    "a\u001b[2Jb")
                .map(
                    name ->
                        unchecked(
                            "L03 control in " + escaped(name),
                            name,
                            SECRET,
                            LoginNamesTest::refusesImpossible)),
            Stream.of(
                unchecked("L02 no password", "alice", "", LoginNamesTest::refusesIncomplete),
                unchecked("L02 no name", "", SECRET, LoginNamesTest::refusesIncomplete),
                unchecked("L02 neither", "", "", LoginNamesTest::refusesIncomplete),
                unchecked("L03 control in a password", "alice", SECRET + "\n", LoginRoute::refuses),
                unchecked("L13 password of 1,025", "p1024", "z".repeat(1025), LoginRoute::refuses),
                unchecked("L13 password of 4,097", "p1024", "z".repeat(4097), LoginRoute::refuses),
                unchecked("L05 name of 256", "n".repeat(256), "name-of-255", LoginRoute::refuses),
                unchecked(
                    "S23 name of 300", "n".repeat(300), "name-of-255", LoginRoute::refuses))));
  }

  /** Basic answers as for a wrong password; a body that contains NUL is a bad request. */
  private static boolean refusesImpossible(LoginRoute route, Answer answer) {
    return route.refuses(answer) || (!route.isBasic() && route.isBadRequest(answer));
  }

  private static boolean refusesIncomplete(LoginRoute route, Answer answer) {
    return route.isBasic() ? route.refuses(answer) : route.isBadRequest(answer);
  }

  private static Case checked(
      String name, String user, String password, BiPredicate<LoginRoute, Answer> fits) {
    return Case.checked(name, ALL, (route, client) -> route.logIn(client, user, password), fits);
  }

  private static Case unchecked(
      String name, String user, String password, BiPredicate<LoginRoute, Answer> fits) {
    return Case.unchecked(name, ALL, (route, client) -> route.logIn(client, user, password), fits);
  }

  private static String escaped(String text) {
    return text.substring(0, Math.min(text.length(), 30))
        .chars()
        .mapToObj(c -> c > ' ' && c <= '~' ? Character.toString(c) : String.format("u%04x", c))
        .reduce("", String::concat);
  }
}
