package org.tokenfilter.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.ConfigurationKey;
import org.tokenfilter.store.jdbc.JdbcTokenStoreProvider;
import org.w3c.dom.Element;

/**
 * The tutorial, followed file by file and line by line. The test compiles and starts Jetty itself,
 * in place of Maven.
 */
final class TutorialTest {

  private static final Path TUTORIAL = Path.of("../docs/tutorial.md");
  private static final Pattern FILE = Pattern.compile("(?ms)^`([^`]+)`\n\n```[a-z]+\n(.*?)^```$");
  private static final Pattern ACCOUNT =
      Pattern.compile("(?m)^ {4}echo (\\S+) \\| java -cp \\S+ (\\S+) (\\S+) (\\S+) > (\\S+)$");

  @TempDir private Path folder;
  private String tutorial;

  @BeforeEach
  void writeFiles() throws IOException {
    tutorial = Files.readString(TUTORIAL);
    for (MatchResult file : FILE.matcher(tutorial).results().toList()) {
      Path path = folder.resolve(file.group(1));
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.group(2));
    }
  }

  @Test
  void stepsShowDocumentedOutput() throws Exception {
    compile();
    Path accounts = makeAccount();
    Map<String, String> inItsFolder =
        Map.of(
            "token.keys.file", folder.resolve("keys.jwks").toString(),
            "token.credentials.file", accounts.toString());
    Path webapp = folder.resolve("src/main/webapp");
    ShellSteps steps = ShellSteps.of(tutorial);
    try (WebApplication hello =
        SystemProperties.runWith(inItsFolder, () -> new WebApplication(webapp).start())) {
      steps.assertShown(hello.port());
    }
    assertThat(steps.count()).isEqualTo(5);
    assertThat(folder.resolve("keys.jwks")).exists();
  }

  @Test
  void pomUsesVersionsOfThisBuild() throws Exception {
    Element pom = xml(folder.resolve("pom.xml"));
    Element parent = xml(Path.of("../pom.xml"));
    String ours = children(parent, "version").get(0);
    assertThat(children(pom, "version")).contains(ours);
    assertThat(children(pom, "artifactId")).contains("token-filter", "token-filter-bom");
    assertThat(children(pom, "port")).as("the port of the steps").containsExactly("8080");
    String build =
        Files.readString(Path.of("../pom.xml"))
            + Files.readString(Path.of("../token-filter-bom/pom.xml"));
    for (String plugin :
        List.of("maven-compiler-plugin", "maven-war-plugin", "jetty-ee10-maven-plugin")) {
      assertThat(versionOf(plugin, Files.readString(folder.resolve("pom.xml"))))
          .as(plugin)
          .isEqualTo(versionOf(plugin, build));
    }
  }

  /** The variables that a reader copies to a server. */
  @Test
  void serverVariablesAreSettings() {
    Set<String> known =
        Stream.of(ConfigurationKey.values())
            .map(ConfigurationKey::environmentVariable)
            .collect(Collectors.toSet());
    known.add("TOKEN_STORE_JDBC_DATASOURCE");
    assertThat(tutorial.substring(tutorial.indexOf("## 6. On a server")))
        .as("the last section")
        .doesNotContain("\n## ");
    assertThat(
            Pattern.compile("\\bTOKEN_[A-Z_]+")
                .matcher(tutorial)
                .results()
                .map(MatchResult::group)
                .distinct())
        .hasSizeGreaterThan(5)
        .isSubsetOf(known);
    assertThat(new JdbcTokenStoreProvider().settings()).contains("datasource");
  }

  private static String versionOf(String artifact, String pom) {
    Matcher version =
        Pattern.compile("<artifactId>" + artifact + "</artifactId>\\s*<version>([^<]+)")
            .matcher(pom);
    assertThat(version.find()).as(artifact).isTrue();
    return version.group(1);
  }

  private void compile() throws IOException {
    Path classes = Files.createDirectories(folder.resolve("src/main/webapp/WEB-INF/classes"));
    try (Stream<Path> sources = Files.walk(folder.resolve("src/main/java"))) {
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "-d", classes.toString(), "-classpath", System.getProperty("java.class.path")));
      sources.filter(Files::isRegularFile).map(Path::toString).forEach(arguments::add);
      assertThat(
              ToolProvider.getSystemJavaCompiler()
                  .run(null, null, null, arguments.toArray(String[]::new)))
          .isZero();
    }
  }

  /**
   * Creates the account by the command of the tutorial. The class path lacks the servlet API, which
   * the container provides.
   */
  private Path makeAccount() throws Exception {
    Matcher command = ACCOUNT.matcher(tutorial);
    assertThat(command.find()).isTrue();
    String jars =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(it -> !new File(it).getName().startsWith("jakarta.servlet-api"))
            .collect(Collectors.joining(File.pathSeparator));
    Path accounts = folder.resolve(command.group(5));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                jars,
                command.group(2),
                command.group(3),
                command.group(4))
            .redirectOutput(accounts.toFile())
            .redirectError(Redirect.DISCARD)
            .start();
    try (var password = process.getOutputStream()) {
      password.write((command.group(1) + "\n").getBytes(UTF_8));
    }
    assertThat(process.waitFor()).isZero();
    return accounts;
  }

  private static Element xml(Path file) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(file.toFile())
        .getDocumentElement();
  }

  /** Returns the texts of all elements of that name, in the order of the document. */
  private static List<String> children(Element root, String name) {
    var found = root.getElementsByTagName(name);
    return Stream.iterate(0, i -> i < found.getLength(), i -> i + 1)
        .map(i -> found.item(i).getTextContent())
        .toList();
  }
}
