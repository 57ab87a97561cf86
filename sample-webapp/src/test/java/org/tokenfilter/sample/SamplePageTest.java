package org.tokenfilter.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that shows newcomers how to get a token. */
final class SamplePageTest {

  /** References that a browser loads or follows. */
  private static final Pattern LINK =
      Pattern.compile("(?:href|src|srcset|action|data|poster)\\s*=\\s*[\"']?([^\"'> ]+)");

  private static final Pattern EXTERNAL_REFERENCE =
      Pattern.compile("(?:[a-z]+:)?//|@import|url\\(|data:", Pattern.CASE_INSENSITIVE);

  private static final Pattern COMMANDS =
      Pattern.compile("<pre><code>(.*?)</code></pre>", Pattern.DOTALL);

  private static final Pattern IMPORT = Pattern.compile("from \"\\./([a-z]+\\.js)\"");

  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 [0-9]{3}");

  @TempDir private static Path folder;
  private static WebApplication sample;
  private static Answer page;

  @BeforeAll
  static void openThePage() throws Exception {
    sample = Sample.start(folder, Map.of());
    page = sample.get("/");
  }

  @AfterAll
  static void stopTheSample() {
    sample.close();
  }

  @Test
  void pageNeedsNoToken() throws Exception {
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.header("Content-Type")).startsWith("text/html");
    assertThat(sample.get("/index.html").body()).isEqualTo(page.body());
  }

  @Test
  void styleSheetNeedsNoTokenAndIsLocal() throws Exception {
    assertThat(page.text()).contains("<link rel=\"stylesheet\" href=\"public/sample.css\">");
    Answer style = sample.get("/public/sample.css");
    assertThat(style.status()).isEqualTo(200);
    assertThat(style.header("Content-Type")).startsWith("text/css");
    assertThat(style.text()).contains(".warning").doesNotContainPattern(EXTERNAL_REFERENCE);
  }

  @Test
  void loadsNothingFromOtherSites() {
    assertThat(links()).isNotEmpty().noneMatch(link -> EXTERNAL_REFERENCE.matcher(link).find());
    assertThat(page.text()).doesNotContain("<style", "style=", "<iframe", "<base");
    assertThat(page.text()).doesNotContainPattern("<script(?! type=\"module\" src=\"public/)");
    assertThat(page.text()).doesNotContainPattern("\\son[a-z]+=");
  }

  @Test
  void scriptsAreLocalAndWriteNoMarkup() throws Exception {
    Deque<String> left = new ArrayDeque<>(List.of("public/js/page.js"));
    Set<String> seen = new HashSet<>(left);
    while (!left.isEmpty()) {
      String file = left.remove();
      Answer script = sample.get("/" + file);
      assertThat(script.status()).as(file).isEqualTo(200);
      assertThat(script.header("Content-Type")).as(file).startsWith("text/javascript");
      assertThat(script.text())
          .as(file)
          .doesNotContain(
              "innerHTML",
              "outerHTML",
              "insertAdjacentHTML",
              "document.write",
              "eval(",
              "Function(")
          .doesNotContain("localStorage", "sessionStorage", "document.cookie");
      IMPORT
          .matcher(script.text())
          .results()
          .map((MatchResult it) -> "public/js/" + it.group(1))
          .filter(seen::add)
          .forEach(left::add);
    }
    assertThat(seen).hasSizeGreaterThan(10);
  }

  @Test
  void headersForbidExternalContent() throws Exception {
    for (String path : List.of("/", "/index.html", "/public/sample.css", "/public/js/page.js")) {
      Answer answer = sample.get(path);
      assertThat(answer.status()).as(path).isEqualTo(200);
      assertThat(answer.header("Content-Security-Policy"))
          .as(path)
          .isEqualTo(
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                  + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                  + " frame-ancestors 'none'");
      assertThat(answer.header("X-Content-Type-Options")).as(path).isEqualTo("nosniff");
      assertThat(answer.header("Referrer-Policy")).as(path).isEqualTo("no-referrer");
      assertThat(answer.header("Cache-Control")).as(path).isEqualTo("no-cache");
    }
  }

  @Test
  void otherResponsesKeepTheirHeaders() throws Exception {
    Answer refused = sample.get("/api/whoami");
    assertThat(refused.header("Content-Security-Policy")).isNull();
    assertThat(refused.header("Cache-Control")).isEqualTo("no-store");
  }

  @Test
  void linksAreNotBroken() throws Exception {
    String[] admin = {"Authorization", "Bearer " + sample.open(Sample.ADMIN, 5)};
    for (String link : links()) {
      assertThat(sample.get("/" + link, admin).status()).as(link).isEqualTo(200);
    }
  }

  @Test
  void namesAccountsWithAWarning() throws Exception {
    assertThat(page.text())
        .contains(
            "<p class=\"warning\"><strong>These accounts are for this sample alone.</strong>",
            "<strong>alice</strong> <code>wonderland-4711</code> <small>user</small>",
            "<strong>bob</strong> <code>builder-4711</code> <small>user</small>",
            "<strong>admin</strong> <code>looking-glass-4711</code>"
                + " <small>user, admin, introspect</small>");
    for (String account : List.of(Sample.ALICE, Sample.BOB, Sample.ADMIN)) {
      assertThat(sample.open(account, 5)).isNotEmpty();
    }
  }

  @Test
  void commandsShowWhatThePageSays() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "the commands are for a POSIX shell");
    String commands =
        COMMANDS
            .matcher(page.text())
            .results()
            .map((MatchResult it) -> it.group(1))
            .collect(Collectors.joining("\n"))
            .replace("127.0.0.1:8080", "127.0.0.1:" + sample.port());
    ProcessBuilder shell = new ProcessBuilder("/bin/sh").redirectError(Redirect.DISCARD);
    shell.environment().put("no_proxy", "127.0.0.1");
    Process process = shell.start();
    try (var input = process.getOutputStream()) {
      input.write(("command -v curl || exit 127\n" + commands + "\n").getBytes(UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assumeTrue(process.waitFor() != 127, "there is no curl here");
    assertThat(STATUS.matcher(output).results().map(MatchResult::group))
        .containsExactly("HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 204");
    assertThat(output).contains("\"kind\":\"session\"", "\"kind\":\"open\"");
  }

  private static List<String> links() {
    return LINK.matcher(page.text()).results().map((MatchResult it) -> it.group(1)).toList();
  }
}
