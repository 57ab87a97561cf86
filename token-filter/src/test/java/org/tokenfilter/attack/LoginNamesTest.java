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
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.attack.LoginRows.Case;

/** Cases L02, L03, L05, L12, L13, L17 and S23: names and passwords at each login route. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LoginNamesTest {

  private static final List<Door> ALL = List.of(Door.values());
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
  private LoginRows rows;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    elsewhere = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    rows = new LoginRows(folder, ACCOUNTS);
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
  Stream<DynamicTest> whoIsWhoIsToldByEveryCharacter() {
    return rows.tests(
        Stream.of(
                ACCOUNTS.entrySet().stream()
                    .map(
                        account ->
                            asking(
                                "L13 right password of " + shown(account.getKey()),
                                account.getKey(),
                                account.getValue(),
                                Door::issues)),
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
        .map(name -> asking("L12 L17 name " + shown(name), name, SECRET, Door::refuses));
  }

  private static Stream<Case> passwords() {
    return Stream.of(
        asking("L13 73 that begin with the 72", "p72", P72 + "p", Door::refuses),
        asking("L13 71 of 72", "p72", P72.substring(1), Door::refuses),
        asking("L13 the first 72 of 128", "p128", "y".repeat(72), Door::refuses),
        asking("L13 1,023 of 1,024", "p1024", "z".repeat(1023), Door::refuses),
        asking("L02 up to the second colon", "colon", "b", Door::refuses),
        asking("L17 password that is SQL", "alice", "' or '1'='1", Door::refuses),
        asking("L12 password of another case", "alice", "Only-Alice-Knows", Door::refuses),
        asking("L12 password and a space", "alice", SECRET + " ", Door::refuses));
  }

  @TestFactory
  Stream<DynamicTest> nobodyIsAskedForWhatNobodyCanHave() {
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
                        unasked(
                            "L03 control in " + shown(name),
                            name,
                            SECRET,
                            LoginNamesTest::impossible)),
            Stream.of(
                unasked("L02 no password", "alice", "", LoginNamesTest::lacking),
                unasked("L02 no name", "", SECRET, LoginNamesTest::lacking),
                unasked("L02 neither", "", "", LoginNamesTest::lacking),
                unasked("L03 control in a password", "alice", SECRET + "\n", Door::refuses),
                unasked("L13 password of 1,025", "p1024", "z".repeat(1025), Door::refuses),
                unasked("L13 password of 4,097", "p1024", "z".repeat(4097), Door::refuses),
                unasked("L05 name of 256", "n".repeat(256), "name-of-255", Door::refuses),
                unasked("S23 name of 300", "n".repeat(300), "name-of-255", Door::refuses))));
  }

  /** Basic answers as for a wrong password; a body that contains NUL is a bad request. */
  private static boolean impossible(Door door, Answer answer) {
    return door.refuses(answer) || (!door.isBasic() && door.finds400(answer));
  }

  private static boolean lacking(Door door, Answer answer) {
    return door.isBasic() ? door.refuses(answer) : door.finds400(answer);
  }

  private static Case asking(
      String name, String user, String password, BiPredicate<Door, Answer> fits) {
    return Case.asking(name, ALL, (door, client) -> door.logIn(client, user, password), fits);
  }

  private static Case unasked(
      String name, String user, String password, BiPredicate<Door, Answer> fits) {
    return Case.unasked(name, ALL, (door, client) -> door.logIn(client, user, password), fits);
  }

  private static String shown(String text) {
    return text.substring(0, Math.min(text.length(), 30))
        .chars()
        .mapToObj(c -> c > ' ' && c <= '~' ? Character.toString(c) : String.format("u%04x", c))
        .reduce("", String::concat);
  }
}
