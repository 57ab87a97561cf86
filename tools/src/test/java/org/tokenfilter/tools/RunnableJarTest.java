package org.tokenfilter.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.keys.JwkSetFile;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreProvider;

/** The published jar, run by the commands of the documents. */
class RunnableJarTest {

  private static final Path JAR = Path.of("target/token-filter-tools.jar").toAbsolutePath();

  @TempDir private Path folder;

  @Test
  void documentedCommandsRotateKeys() throws Exception {
    List<String> commands = commands("docs/keys.md", " keys ");
    assertThat(commands).hasSize(5);
    StringBuilder out = new StringBuilder();
    for (String command : commands) {
      CommandResult answer = run("", words(command));
      assertThat(answer.err()).as(command).isEmpty();
      assertThat(answer.status()).as(command).isZero();
      out.append(answer.out());
    }
    assertThat(JwkSetFile.read(folder.resolve("keys.jwks")))
        .hasToString("KeyRing[k1 retired A128CBC-HS256, k2 active A128CBC-HS256]");
    assertThat(out).contains("Next: ");
  }

  @Test
  void documentedExplanationFindsDriverOnTheClassPath() throws Exception {
    run("", List.of("java", "-jar", JAR.toString(), "keys", "create", keys()));
    String url = "jdbc:h2:" + folder.resolve("tokens");
    String token = issueToken(url);
    List<String> commands = commands("docs/troubleshooting.md", " explain ");
    assertThat(commands).hasSize(2);
    CommandResult undecided = run(token, words(commands.get(0)));
    assertThat(undecided.err()).isEmpty();
    assertThat(undecided.out()).contains("UNDECIDED: It is authentic.");
    assertThat(undecided.status()).isEqualTo(2);
    List<String> withStore = new ArrayList<>(words(commands.get(1)));
    withStore.replaceAll(word -> word.startsWith("url=") ? "url=" + url : word);
    CommandResult accepted = run(token, withStore);
    assertThat(accepted.err()).isEmpty();
    assertThat(accepted.out()).endsWith("ACCEPTED: It never expires.\n").doesNotContain(token);
    assertThat(accepted.status()).isZero();
  }

  /** Returns an open token whose record is in a database that is closed again. */
  private String issueToken(String url) throws IOException {
    TokenRecord record =
        TokenRecord.builder(
                TokenId.of(new byte[TokenId.LENGTH]),
                TokenKind.OPEN,
                "alice",
                Clock.systemUTC().instant())
            .build();
    try (TokenStore store =
        Objects.requireNonNull(
                TokenStoreProvider.installed(RunnableJarTest.class.getClassLoader()).get("jdbc"))
            .open(Map.of("url", url, "timeout", "PT5S", "retention", "PT1H"))) {
      store.insert(record, Limit.NONE, record.issuedAt());
    }
    return ExplainerFixture.codec(ExplainerFixture.AUDIENCE, JwkSetFile.read(Path.of(keys())))
        .encode(TokenClaims.of(record, ExplainerFixture.AUDIENCE));
  }

  @Test
  void showsVersionAndHelp() throws Exception {
    CommandResult version = run("", List.of("java", "-jar", JAR.toString(), "--version"));
    assertThat(version.out()).matches("token-filter-tools \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\n");
    CommandResult help = run("", List.of("java", "-jar", JAR.toString(), "--help"));
    assertThat(help.out()).contains("keys", "explain");
    assertThat(help.status()).isZero();
  }

  @Test
  void containsLicencesAndStoresButNoDatabaseDriver() throws Exception {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(services(jar, "org.tokenfilter.store.TokenStoreProvider"))
          .containsExactly(
              "org.tokenfilter.store.InMemoryTokenStoreProvider",
              "org.tokenfilter.store.jdbc.JdbcTokenStoreProvider");
      assertThat(jar.getEntry("META-INF/services/java.sql.Driver")).isNull();
      assertThat(jar.stream().map(Object::toString))
          .noneMatch(name -> name.startsWith("org/h2") || name.startsWith("org/postgresql"))
          .anyMatch(name -> name.startsWith("META-INF/LICENSE"))
          .anyMatch(name -> name.startsWith("META-INF/NOTICE"));
    }
  }

  private static List<String> services(JarFile jar, String name) throws IOException {
    var entry = Objects.requireNonNull(jar.getJarEntry("META-INF/services/" + name));
    try (var in = jar.getInputStream(entry)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank())
              .collect(Collectors.toCollection(TreeSet::new))
              .stream()
              .toList();
    }
  }

  /** Returns the commands of a document that contain a word, in order, with broken lines joined. */
  private static List<String> commands(String document, String word) throws IOException {
    String text = Files.readString(Path.of("..").resolve(document)).replaceAll("\\\\\n +", "");
    return Pattern.compile("(?m)^ {4,}(java [^\n]*token-filter-tools\\.jar.*)$")
        .matcher(text)
        .results()
        .map((MatchResult it) -> it.group(1))
        .filter(command -> command.contains(word))
        .toList();
  }

  private String keys() {
    return folder.resolve("keys.jwks").toString();
  }

  /** Splits a command as a shell does, with files of the test in place of those that it names. */
  private List<String> words(String command) {
    return Stream.of(command.replaceFirst(" < .*", "").split(" +", -1))
        .map(word -> word.replace("'", ""))
        .map(word -> word.equals("/etc/shop/keys.jwks") ? keys() : word)
        .map(word -> word.startsWith("token-filter-tools.jar") ? classPath(word) : word)
        .toList();
  }

  private static String classPath(String word) {
    return word.contains(":") ? JAR + File.pathSeparator + driver() : JAR.toString();
  }

  private static String driver() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> new File(entry).getName().startsWith("h2-"))
        .findFirst()
        .orElseThrow();
  }

  private static CommandResult run(String input, List<String> words) throws Exception {
    List<String> command = new ArrayList<>(words);
    command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Path err = Files.createTempFile("token-filter-tools", ".err");
    try {
      Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
      try (var in = process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new CommandResult(process.waitFor(), out, Files.readString(err));
    } finally {
      Files.delete(err);
    }
  }
}
