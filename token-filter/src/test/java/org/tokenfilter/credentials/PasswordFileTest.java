package org.tokenfilter.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.Mockito.mock;

import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.token.Subject;

class PasswordFileTest {

  private static final int ITERATIONS = 1000;

  @TempDir Path directory;

  private final SecureRandom random = new SecureRandom();
  private final String hash = hash("right", ITERATIONS);

  @Test
  void readsAccountsWithRoles() throws Exception {
    PasswordFile accounts =
        read("alice:" + hash + ":user,admin", "bob:" + hash("other", ITERATIONS) + ":");

    assertThat(logIn(accounts, "alice", "right")).contains(Subject.of("alice", "user", "admin"));
    assertThat(logIn(accounts, "bob", "other")).contains(Subject.of("bob"));
    assertThat(logIn(accounts, "alice", "other")).isEmpty();
    assertThat(logIn(accounts, "bob", "right")).isEmpty();
    assertThat(logIn(accounts, "carol", "right")).isEmpty();
    assertThat(logIn(accounts, "", "right")).isEmpty();
  }

  @Test
  void skipsCommentsEmptyLinesAndSpaces() throws Exception {
    PasswordFile accounts =
        read("# alice:x:y", "", "   ", "\t# more", "  alice:" + hash + ":user  ", "#");

    assertThat(logIn(accounts, "alice", "right")).contains(Subject.of("alice", "user"));
    assertThat(logIn(accounts, "# alice", "x")).isEmpty();
  }

  @Test
  void acceptsWindowsLineEndings() throws Exception {
    Path file = directory.resolve("accounts");
    Files.writeString(file, "# accounts\r\nalice:" + hash + ":user\r\n");

    assertThat(logIn(PasswordFile.read(file), "alice", "right"))
        .contains(Subject.of("alice", "user"));
  }

  /** Case L12. */
  @Test
  void comparesNamesExactly() throws Exception {
    PasswordFile accounts = read("\u00fcber:" + hash + ":user");

    assertThat(logIn(accounts, "\u00fcber", "right")).isPresent();
    for (String other : new String[] {"\u00dcBER", "u\u0308ber", "\u00fcber ", "uber"}) {
      assertThat(logIn(accounts, other, "right")).isEmpty();
    }
  }

  @Test
  void refusesFileWithoutAccounts() {
    for (String text : List.of("", "# no account yet", "\n\n")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> read(text))
          .withMessageContaining("has no account; it needs at least one line USER:HASH:ROLE,ROLE");
    }
  }

  @TestFactory
  Stream<DynamicTest> refusesMalformedLines() {
    return Stream.of(
            "alice",
            "alice:" + hash,
            "alice:" + hash + ":user:more",
            "alice:right:user",
            "alice::user",
            "alice:" + hash.substring(1) + ":user",
            "alice:" + hash.substring(0, 40) + "!" + hash.substring(41) + ":user",
            "alice: " + hash + ":user",
            "alice:" + hash + ":user,user",
            ":::",
            ":")
        .map(this::refusedByLineNumber);
  }

  @Test
  void stripsSpacesAroundRoles() throws Exception {
    PasswordFile accounts = read("alice:" + hash + ": user , admin ");

    assertThat(logIn(accounts, "alice", "right").map(Subject::roles))
        .contains(Set.of("user", "admin"));
  }

  @TestFactory
  Stream<DynamicTest> refusesEmptyOrRepeatedNameOrRole() {
    return Stream.of(
            ":" + hash + ":user",
            "alice:" + hash + ":user,",
            "alice:" + hash + ":,user",
            "alice:" + hash + ":user,,admin",
            "alice:" + hash + ":,",
            "alice:" + hash + ":user, user")
        .map(this::refusedByLineNumber);
  }

  private DynamicTest refusedByLineNumber(String line) {
    return DynamicTest.dynamicTest(
        '"' + line.replace(hash, "HASH") + '"',
        () ->
            assertThatIllegalArgumentException()
                .isThrownBy(() -> read("# accounts", "bob:" + hash + ":user", line))
                .satisfies(
                    e ->
                        assertThat(e.getMessage())
                            .contains("accounts.txt, line 3: ")
                            .doesNotContain(hash.substring(20, 40), "right")));
  }

  @Test
  void refusesRepeatedName() {
    String line = "alice:" + hash + ":user";

    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(line, "bob:" + hash + ":user", "", line))
        .withMessageEndingWith("line 4: the user is already in an earlier line");
  }

  @Test
  void userMayHaveApiKeysWithOrWithoutPassword() throws Exception {
    PasswordFile accounts =
        read(
            "alice:" + hash + ":user",
            "alice:" + ApiKeyDigest.of("one".toCharArray()) + ":user",
            "alice:" + ApiKeyDigest.of("tw\u00F6".toCharArray()) + ":user",
            "feed:" + ApiKeyDigest.of("three".toCharArray()) + ":reader");

    assertThat(authenticateKey(accounts, "one")).contains(Subject.of("alice", "user"));
    assertThat(authenticateKey(accounts, "tw\u00F6")).contains(Subject.of("alice", "user"));
    assertThat(authenticateKey(accounts, "three")).contains(Subject.of("feed", "reader"));
    for (String none : List.of("", "One", "one ", "right", "alice", hash)) {
      assertThat(authenticateKey(accounts, none)).as(none).isEmpty();
    }
    assertThat(authenticateKey(accounts, ApiKeyDigest.of("one".toCharArray()).text())).isEmpty();
    assertThat(logIn(accounts, "alice", "right")).contains(Subject.of("alice", "user"));
    assertThat(logIn(accounts, "alice", "one")).isEmpty();
    assertThat(logIn(accounts, "feed", "three")).isEmpty();
    assertThat(accounts.users()).containsExactlyInAnyOrder("alice", "feed");
    assertThat(accounts.current(Subject.of("feed"))).contains(Subject.of("feed", "reader"));
  }

  @Test
  void refusesContradictingKeys() {
    String one = ApiKeyDigest.of("one".toCharArray()).text();
    assertRefused("the key is already in an earlier line", "a:" + one + ":", "b:" + one + ":");
    assertRefused(
        "the user has other roles in an earlier line", "a:" + hash + ":x", "a:" + one + ":y");
    for (String wrong :
        List.of("$sha256$A", "$sha256$AAAA", one + "A", one + "=", one.replace('$', '%'))) {
      assertThatIllegalArgumentException()
          .as(wrong)
          .isThrownBy(() -> read("a:" + wrong + ":"))
          .satisfies(e -> assertThat(String.valueOf(e.getMessage())).doesNotContain(wrong));
    }
  }

  private void assertRefused(String why, String... lines) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(lines))
        .withMessageContaining("line 2: " + why);
  }

  private Optional<Subject> authenticateKey(PasswordFile accounts, String key) {
    return accounts.authenticateKey(
        new ApiKeyCredential(key.toCharArray(), mock(HttpServletRequest.class)));
  }

  @Test
  void generatesAndShowsApiKeyOnce() throws Exception {
    PrintStream error = System.err;
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    System.setErr(new PrintStream(shown, true, StandardCharsets.UTF_8));
    String line;
    try {
      line = output("", "--key", "feed", "reader,user");
    } finally {
      System.setErr(error);
    }
    String key = shown.toString(StandardCharsets.UTF_8).strip().replaceFirst(".*: ", "");
    assertThat(key).matches("[A-Za-z0-9_-]{43}");
    assertThat(line).doesNotContain(key);
    assertThat(authenticateKey(read(line.strip()), key))
        .contains(Subject.of("feed", "reader", "user"));
    assertThatIllegalArgumentException().isThrownBy(() -> output("", "--key", "a:b", "user"));
    assertThatIllegalArgumentException().isThrownBy(() -> output("x\n", "--kay", "a", "user"));
  }

  @Test
  void reportsUnreadableFile() throws Exception {
    assertThatIOException().isThrownBy(() -> PasswordFile.read(directory.resolve("missing")));
    assertThatIOException().isThrownBy(() -> PasswordFile.read(directory));

    Path latin = directory.resolve("latin");
    Files.write(latin, ("\u00fcber:" + hash + ":").getBytes(StandardCharsets.ISO_8859_1));
    assertThatIOException().isThrownBy(() -> PasswordFile.read(latin));
  }

  /** Neither the answer nor the work reveals that a user is unknown. */
  @Test
  void unknownUserCostsAsMuchAsAKnownOne() throws Exception {
    PasswordFile accounts = read("alice:" + hash("right", 2000) + ":", "bob:" + hash + ":");

    try (CountingPbkdf2Provider counted = CountingPbkdf2Provider.install()) {
      logIn(accounts, "alice", "wrong");
      logIn(accounts, "carol", "wrong");
      logIn(accounts, "", "wrong");

      assertThat(counted.iterations()).containsExactly(2000, 2000, 2000);
    }
  }

  @Test
  void writesAccountLineForPasswordFromStandardInput() throws Exception {
    String line = accountLine("alice", "user,admin", "p\u00e4ss: w\u00f6rd\nsecond line\n").strip();

    assertThat(line).startsWith("alice:$pbkdf2-sha512$210000$").endsWith(":user,admin");
    assertThat(logIn(read(line), "alice", "p\u00e4ss: w\u00f6rd"))
        .contains(Subject.of("alice", "user", "admin"));
  }

  @Test
  void writesNoLineForInvalidArguments() {
    assertThatIllegalArgumentException().isThrownBy(() -> PasswordFile.main(new String[0]));
    assertThatIllegalArgumentException().isThrownBy(() -> accountLine("alice", "user", ""));
    assertThatIllegalArgumentException().isThrownBy(() -> accountLine("alice", "user", "\n"));
    assertThatIllegalArgumentException().isThrownBy(() -> accountLine("al:ice", "user", "x\n"));
    assertThatIllegalArgumentException().isThrownBy(() -> accountLine("alice", "user:x", "x\n"));
  }

  private static String accountLine(String user, String roles, String input) throws IOException {
    return output(input, user, roles);
  }

  private static String output(String input, String... arguments) throws IOException {
    InputStream in = System.in;
    PrintStream out = System.out;
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    try {
      System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
      System.setOut(new PrintStream(lines, true, StandardCharsets.UTF_8));
      PasswordFile.main(arguments);
    } finally {
      System.setIn(in);
      System.setOut(out);
    }
    return lines.toString(StandardCharsets.UTF_8);
  }

  private PasswordFile read(String... lines) throws IOException {
    Path file = directory.resolve("accounts.txt");
    Files.write(file, Stream.of(lines).toList());
    return PasswordFile.read(file);
  }

  private static Optional<Subject> logIn(PasswordFile accounts, String name, String password) {
    return accounts.authenticate(
        new UsernamePasswordCredential(
            name, password.toCharArray(), mock(HttpServletRequest.class)));
  }

  private String hash(String password, int iterations) {
    return PasswordHash.of(password.toCharArray(), iterations, random).toString();
  }
}
