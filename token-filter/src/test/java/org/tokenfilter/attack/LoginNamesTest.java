package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.credentials.Login;
import org.tokenfilter.token.Subject;

/**
 * Cases L02, L03, L12, L13 and L17: the same user names and passwords at each door of each
 * container. The accounts tell by every character who is who.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LoginNamesTest {

  private static final String SECRET = "only-alice-knows";
  private static final String LONG = "p".repeat(72);

  /** Who there is, and by which password. */
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
          LONG,
          "p128",
          "y".repeat(128),
          "p1024",
          "z".repeat(1024),
          "colon",
          "b:c",
          "n".repeat(255),
          "name-of-255");

  private final Map<Container, AttackedApp> apps = new EnumMap<>(Container.class);
  private final AtomicInteger asked = new AtomicInteger();
  private ServerSocket elsewhere;

  private record Case(String name, String user, String password, BiPredicate<Door, Answer> fits) {}

  @BeforeAll
  void startTheApplications(@TempDir Path folder) throws Exception {
    elsewhere = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    for (Container container : List.of(Container.JETTY, Container.TOMCAT)) {
      AttackedApp app =
          Families.in(
                  AttackedApp.plan(Files.createDirectory(folder.resolve(container.name())))
                      .in(container)
                      .setting("token.login.failures", "1000000")
                      .authenticator(this::check))
              .start();
      ACCOUNTS.values().forEach(app::secret);
      apps.put(container, app);
    }
  }

  @AfterAll
  void stopTheApplications() throws IOException {
    apps.values().forEach(AttackedApp::close);
    elsewhere.close();
  }

  private Optional<Subject> check(Login login) {
    asked.incrementAndGet();
    String password = ACCOUNTS.get(login.username());
    return password != null && password.equals(new String(login.password()))
        ? Optional.of(Subject.of(login.username()))
        : Optional.empty();
  }

  @TestFactory
  Stream<DynamicTest> whoIsWhoIsToldByEveryCharacter() {
    return tests(
        Stream.concat(
                ACCOUNTS.entrySet().stream()
                    .map(
                        account ->
                            new Case(
                                "L13 the right password of " + shown(account.getKey()),
                                account.getKey(),
                                account.getValue(),
                                Door::issues)),
                Stream.concat(names(), passwords()))
            .toList(),
        1);
  }

  @TestFactory
  Stream<DynamicTest> nobodyIsAskedForWhatNobodyCanHave() {
    return tests(
        Stream.of(
                "\r\n2026-11-22 INFO login ok user=admin",
                "a\u0000b",
                "a\nb",
                "a\u007fb",
                "a\u0085b")
            .map(name -> new Case("L03 control in " + shown(name), name, SECRET, this::impossible))
            .toList(),
        0);
  }

  @TestFactory
  Stream<DynamicTest> nobodyIsAskedForWhatIsTooLongOrMissing() {
    return tests(
        List.of(
            new Case("L02 no password", "alice", "", this::lacking),
            new Case("L02 no name", "", SECRET, this::lacking),
            new Case("L02 neither", "", "", this::lacking),
            new Case("L13 password of 1,025", "p1024", "z".repeat(1025), Door::refuses),
            new Case("L13 password of 4,097", "p1024", "z".repeat(4097), Door::refuses),
            new Case("L05 name of 256", "n".repeat(256), "name-of-255", Door::refuses),
            new Case("S23 name of 300", "n".repeat(300), "name-of-255", Door::refuses)),
        0);
  }

  private static Stream<Case> names() {
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
            "${jndi:ldap://127.0.0.1:PORT/a}")
        .map(name -> new Case("L12 L17 name " + shown(name), name, SECRET, Door::refuses));
  }

  private static Stream<Case> passwords() {
    return Stream.of(
        new Case("L13 72 of 73", "p72", LONG + "p", Door::refuses),
        new Case("L13 71 of 72", "p72", LONG.substring(1), Door::refuses),
        new Case("L13 first 72 equal", "p128", "y".repeat(72), Door::refuses),
        new Case("L13 1,023 of 1,024", "p1024", "z".repeat(1023), Door::refuses),
        new Case("L02 before the second colon", "colon", "b", Door::refuses),
        new Case(
            "L17 password that is code", "alice", "${jndi:ldap://127.0.0.1:PORT/b}", Door::refuses),
        new Case("L17 password that is SQL", "alice", "' or '1'='1", Door::refuses),
        new Case("L12 password of another case", "alice", "Only-Alice-Knows", Door::refuses),
        new Case("L12 password and a space", "alice", SECRET + " ", Door::refuses));
  }

  /** Basic takes what is no text for what is wrong; a body that holds NUL is none. */
  private boolean impossible(Door door, Answer answer) {
    return door.refuses(answer) || (!door.isBasic() && door.finds400(answer));
  }

  private boolean lacking(Door door, Answer answer) {
    return door.isBasic() ? door.refuses(answer) : door.finds400(answer);
  }

  /** Each case at each door of each container. */
  private Stream<DynamicTest> tests(List<Case> cases, int asking) {
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<Container, AttackedApp> running : apps.entrySet()) {
      for (Door door : Door.values()) {
        for (Case it : cases) {
          String name = "%s, %s, %s".formatted(it.name(), door, running.getKey());
          tests.add(
              DynamicTest.dynamicTest(name, () -> attack(running.getValue(), door, it, asking)));
        }
      }
    }
    return tests.stream();
  }

  private void attack(AttackedApp app, Door door, Case it, int asking) throws IOException {
    asked.set(0);
    String port = Integer.toString(elsewhere.getLocalPort());
    app.check(
        it.name(),
        target ->
            door.logIn(
                target.http(),
                it.user().replace("PORT", port),
                it.password().replace("PORT", port)),
        answer -> it.fits().test(door, answer));
    assertThat(asked).hasValue(asking);
    assertThat(app.ran()).isEmpty();
    assertThat(app.logged()).allMatch(line -> line.lines().count() == 1);
    assertThat(it.user().contains("PORT") && isConnected()).isFalse();
  }

  /** Whether anybody was told to connect to where a name said. */
  private boolean isConnected() throws IOException {
    elsewhere.setSoTimeout(20);
    try {
      elsewhere.accept().close();
      return true;
    } catch (SocketTimeoutException nobody) {
      return false;
    }
  }

  private static String shown(String text) {
    String start = text.substring(0, Math.min(text.length(), 30));
    return start
        .chars()
        .mapToObj(c -> c > ' ' && c <= '~' ? Character.toString(c) : String.format("u%04x", c))
        .reduce("", String::concat);
  }
}
