package org.tokenfilter.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.ConfigurationKey;
import org.tokenfilter.sample.WebApplication.Session;

/** The commands, the accounts and the settings of the README, as written there. */
final class ReadmeTest {

  private static final Pattern ACCOUNT = Pattern.compile("`([a-z]+)` /\\s`([a-z0-9-]+)`");
  private static final Set<String> NO_DEFAULT =
      Set.of("needed", "the context path", "context path");

  @TempDir private Path folder;
  private MarkdownDocument readme;
  private ReaderApplication readerApplication;

  @BeforeEach
  void prepareApplication() throws Exception {
    readme = MarkdownDocument.read();
    readerApplication = new ReaderApplication(folder);
    readerApplication.keys(MarkdownDocument.read("docs/keys.md").line("{\"keys\":"));
  }

  @Test
  void dependenciesAreManagedByTheBom() throws Exception {
    Matcher named =
        Pattern.compile("<artifactId>([^<]+)</artifactId>(?:\\s*<version>([^<]+))?")
            .matcher(readme.section("Install").fenced("xml"));
    String bom = Files.readString(Path.of("../token-filter-bom/pom.xml"));
    int managed = 0;
    while (named.find()) {
      String artifact = "<artifactId>" + named.group(1) + "</artifactId>";
      assertThat(bom).contains(artifact);
      if (named.group(2) != null) {
        assertThat(bom).containsPattern(artifact + "\\s*<version>" + named.group(2) + "<");
        managed++;
      }
    }
    assertThat(managed).as("only the BOM itself has a version").isEqualTo(1);
  }

  @Test
  void commandsShowDocumentedOutput() throws Exception {
    ShellSteps steps = ShellSteps.of(readme.section("Try the sample").text());
    assertThat(steps.count()).isEqualTo(2);
    try (WebApplication sample = Sample.start(folder.resolve("data"), Map.of())) {
      steps.assertShown(sample.port());
    }
  }

  @Test
  void documentedAccountsAreThoseOfTheSample() throws Exception {
    List<String> accounts =
        ACCOUNT
            .matcher(readme.section("Try the sample").text())
            .results()
            .map((MatchResult it) -> it.group(1) + ":" + it.group(2))
            .toList();
    assertThat(accounts).containsExactly(Sample.ALICE, Sample.BOB, Sample.ADMIN);
  }

  @Test
  void commandCreatesAccountLine() throws Exception {
    MarkdownDocument account = readme.section("2. Create an account");
    String line = passwordFile(account.line("java -cp "), "open-sesame-4711\n");
    assertThat(account.text()).contains("`open-sesame-4711`");
    assertThat(line).startsWith("alice:$pbkdf2-sha512$").endsWith(":user,admin");
    readerApplication.accounts(line);
    readerApplication.webXml(readme.section("1. Register the filter in web.xml").fenced("xml"));
    ShellSteps steps = ShellSteps.of(readme.section("3. Log in with curl").text());
    assertThat(steps.count()).isEqualTo(1);
    try (WebApplication application = readerApplication.start()) {
      Session alice = application.session("alice:open-sesame-4711", 30);
      assertThat(application.get("/page.html", alice.headers()).status()).isEqualTo(200);
      steps.assertShown(application.port());
    }
  }

  private static String passwordFile(String line, String input) throws Exception {
    List<String> command = new ArrayList<>(List.of(line.split(" ", -1)));
    assertThat(command.subList(0, 3)).containsExactly("java", "-cp", "'WEB-INF/lib/*'");
    command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.set(2, classPathOfAWar());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var password = process.getOutputStream()) {
      password.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output.strip();
  }

  /** Returns the class path without the servlet API, which the container provides. */
  private static String classPathOfAWar() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(it -> !new File(it).getName().startsWith("jakarta.servlet-api"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void settingsExistAndHaveTheirDefaults() {
    Map<String, String> shown = new TreeMap<>();
    for (String[] row : readme.section("Settings").rows()) {
      String[] keys = row[0].split(", ", -1);
      String[] defaults = row[1].isEmpty() ? new String[keys.length] : row[1].split(", ", -1);
      assertThat(defaults).as(row[0]).hasSameSizeAs(keys);
      for (int i = 0; i < keys.length; i++) {
        String prefix = keys[0].substring(0, keys[0].lastIndexOf('.'));
        String key = keys[i].startsWith(".") ? prefix + keys[i] : keys[i];
        assertThat(shown.put(key, written(defaults[i]))).as(key).isNull();
      }
    }
    Map<String, String> known =
        Stream.of(ConfigurationKey.values())
            .collect(Collectors.toMap(ConfigurationKey::key, it -> written(it.defaultValue())));
    assertThat(known).containsAllEntriesOf(shown);
    assertThat(readme.section("Settings").text())
        .contains(ConfigurationKey.IDLE_TIMEOUT.environmentVariable());
  }

  /** Returns an empty text for a default that the README expresses in words, or not at all. */
  private static String written(@Nullable String defaultText) {
    return defaultText == null || NO_DEFAULT.contains(defaultText) ? "" : defaultText;
  }
}
