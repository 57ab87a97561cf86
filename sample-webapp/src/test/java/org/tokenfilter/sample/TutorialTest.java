package org.tokenfilter.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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
import org.w3c.dom.Element;

/**
 * Does what the tutorial tells, file by file and line by line. What Maven does there is done by
 * hand: it compiles, and starts Jetty.
 */
final class TutorialTest {

  private static final Path TUTORIAL = Path.of("../docs/tutorial.md");
  private static final Pattern FILE = Pattern.compile("(?ms)^`([^`]+)`\n\n```[a-z]+\n(.*?)^```$");
  private static final Pattern STEP =
      Pattern.compile("(?ms)^```sh\n(.*?)^```$.*?^```text\n(.*?)^```$");
  private static final Pattern ACCOUNT =
      Pattern.compile("(?m)^ {4}echo (\\S+) \\| java -cp \\S+ (\\S+) (\\S+) (\\S+) > (\\S+)$");

  @TempDir private Path folder;
  private String tutorial;

  @BeforeEach
  void writeItsFiles() throws IOException {
    tutorial = Files.readString(TUTORIAL);
    for (MatchResult file : FILE.matcher(tutorial).results().toList()) {
      Path path = folder.resolve(file.group(1));
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.group(2));
    }
  }

  @Test
  void eachStepShowsWhatTheTutorialShows() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "the commands are for a POSIX shell");
    compile();
    Path accounts = makeAccount();
    Map<String, String> inItsFolder =
        Map.of(
            "token.keys.file", folder.resolve("keys.jwks").toString(),
            "token.credentials.file", accounts.toString());
    Path webapp = folder.resolve("src/main/webapp");
    List<MatchResult> steps = STEP.matcher(tutorial).results().toList();
    try (WebApplication hello =
        SystemProperties.during(inItsFolder, () -> new WebApplication(webapp).start())) {
      List<String> shown = run(steps, hello.port());
      assertThat(shown).as("one answer for each step").hasSameSizeAs(steps);
      for (int i = 0; i < shown.size(); i++) {
        assertShows(shown.get(i), steps.get(i).group(2));
      }
    }
    assertThat(steps).hasSize(5);
    assertThat(folder.resolve("keys.jwks")).exists();
  }

  @Test
  void pomNamesWhatThisBuildMakesAndUses() throws Exception {
    Element pom = xml(folder.resolve("pom.xml"));
    Element parent = xml(Path.of("../pom.xml"));
    String ours = children(parent, "version").get(0);
    assertThat(children(pom, "version")).contains(ours);
    assertThat(children(pom, "artifactId")).contains("token-filter", "token-filter-bom");
    assertThat(children(pom, "port")).as("where the steps send to").containsExactly("8080");
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

  /** The jars of a WAR do not hold the servlet API: that is the container's. */
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

  /** All steps in one shell, as a reader does: later ones use what earlier ones have set. */
  private static List<String> run(List<MatchResult> steps, int port) throws Exception {
    String end = "--- end of a step ---";
    String script =
        steps.stream()
            .map(step -> step.group(1).replace("127.0.0.1:8080", "127.0.0.1:" + port))
            .collect(Collectors.joining("echo; echo '" + end + "'\n"));
    ProcessBuilder shell = new ProcessBuilder("/bin/sh").redirectError(Redirect.DISCARD);
    shell.environment().put("no_proxy", "127.0.0.1");
    Process process = shell.start();
    try (var input = process.getOutputStream()) {
      input.write(("command -v curl >/dev/null || exit 127\n" + script).getBytes(UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assumeTrue(process.waitFor() != 127, "there is no curl here");
    return List.of(output.split(Pattern.quote(end), -1));
  }

  /** Lines that are shown stand in the output in their order; three points are anything. */
  private static void assertShows(String output, String shown) {
    Iterator<String> lines = output.lines().iterator();
    for (String line : shown.lines().toList()) {
      Pattern wanted =
          Pattern.compile(
              Stream.of(line.split(Pattern.quote("..."), -1))
                  .map(Pattern::quote)
                  .collect(Collectors.joining(".*")));
      boolean found = false;
      while (!found && lines.hasNext()) {
        found = wanted.matcher(lines.next()).matches();
      }
      assertThat(found).as("%s%nin its place in%n%s", line, output).isTrue();
    }
  }

  private static Element xml(Path file) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(file.toFile())
        .getDocumentElement();
  }

  /** The texts of all elements of that name, in the order of the document. */
  private static List<String> children(Element root, String name) {
    var found = root.getElementsByTagName(name);
    return Stream.iterate(0, i -> i < found.getLength(), i -> i + 1)
        .map(i -> found.item(i).getTextContent())
        .toList();
  }
}
