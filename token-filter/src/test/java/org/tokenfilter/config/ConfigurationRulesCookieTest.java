package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.testsupport.Accounts;

/** Cookies that browsers would refuse, and contradicting settings. Case P09. */
final class ConfigurationRulesCookieTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "auto, /",
    "false, /",
    "true, /shop",
    "true, ",
  })
  void rejectsHostPrefixUnlessSecureAndForAllPaths(String secure, String path) throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put("token.cookie.secure", secure);
    if (path != null) {
      settings.put("token.cookie.path", path);
    }
    for (String cookie : new String[] {"token.cookie", "token.session.cookie"}) {
      Map<String, String> named = new HashMap<>(settings);
      named.put(cookie, "__Host-name");
      assertStartFails(
          named,
          cookie
              + "=__Host-name needs token.cookie.secure=true and token.cookie.path=/, or browsers"
              + " refuse it");
    }
  }

  /** Browsers compare these prefixes regardless of case. */
  @Test
  void rejectsSecurePrefixesUnlessSecure() {
    assertStartFails(
        Map.of("token.cookie", "__host-token", "token.cookie.secure", "auto"),
        "token.cookie=__host-token needs token.cookie.secure=true and token.cookie.path=/, or"
            + " browsers refuse it");
    assertStartFails(
        Map.of(
            "token.session.cookie", "__Secure-session",
            "token.cookie.path", "/",
            "token.cookie.secure", "false"),
        "token.session.cookie=__Secure-session needs token.cookie.secure=true, or browsers refuse"
            + " it");
  }

  /** Restricting a cookie to TLS is safe; extending it to the whole host is not. */
  @Test
  void adjustsDefaultOfSecureButNotOfPath() throws Exception {
    for (Map<String, String> needy :
        List.of(
            Map.of("token.session.cookie", "__Secure-session"),
            Map.of("token.cookie", "__Host-token", "token.cookie.path", "/"),
            Map.of("token.cookie.same-site", "None"))) {
      start(needy);
      List<String> problems = new ArrayList<>();
      Configuration settings =
          new Configuration(ConfigurationSources.of(needy, Map.of()), problems);
      new ConfigurationRules(settings, problems).check();
      assertThat(problems).isEmpty();
      assertThat(settings.text(ConfigurationKey.COOKIE_SECURE)).isEqualTo("true");
    }
    assertStartFails(
        Map.of("token.cookie", "__Host-token"),
        "token.cookie=__Host-token needs token.cookie.secure=true and token.cookie.path=/, or"
            + " browsers refuse it");
  }

  @Test
  void acceptsSecurePrefixOfSecureCookie() throws Exception {
    start(Map.of("token.session.cookie", "__Secure-session", "token.cookie.secure", "true"));
  }

  @Test
  void rejectsOneNameForBothCookies() {
    assertStartFails(
        Map.of("token.cookie", "SESSION"),
        "token.cookie=SESSION is the name of token.session.cookie too, by default");
    assertStartFails(
        Map.of("token.session.cookie", "token"),
        "token.session.cookie=token is the name of token.cookie too, by default");
    assertStartFails(
        Map.of("token.session.cookie", "a", "token.cookie", "a"),
        "token.session.cookie=a is the name of token.cookie too");
  }

  @Test
  void acceptsHostPrefixIfSecureAndForAllPaths() throws Exception {
    start(
        Map.of(
            "token.cookie", "__Host-token",
            "token.session.cookie", "__Host-SESSION",
            "token.cookie.secure", "true",
            "token.cookie.path", "/"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "false"})
  void rejectsSameSiteNoneUnlessSecure(String secure) throws Exception {
    assertStartFails(
        Map.of("token.cookie.same-site", "None", "token.cookie.secure", secure),
        "token.cookie.same-site=None needs token.cookie.secure=true");
  }

  @Test
  void rejectsPartitionedUnlessSecureAndSameSiteNone() throws Exception {
    String problem =
        "token.cookie.partitioned=true needs token.cookie.secure=true and"
            + " token.cookie.same-site=None: otherwise browsers do not send the cookie in frames of"
            + " other sites";
    assertStartFails(Map.of("token.cookie.partitioned", "true"), problem);
    assertStartFails(
        Map.of("token.cookie.partitioned", "true", "token.cookie.secure", "true"), problem);
    start(
        Map.of(
            "token.cookie.partitioned", "true",
            "token.cookie.secure", "true",
            "token.cookie.same-site", "None"));
  }

  /** The setting is left out by design, and the message tells operators why. */
  @Test
  void rejectsDomainWithReason() {
    assertStartFails(
        Map.of("token.cookie.domain", "example.org"),
        "there is no setting token.cookie.domain; by design: browsers send cookies with a Domain to"
            + " all its hosts, and each host can overwrite them. Serve applications that share a"
            + " login at one host, or use one login per host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-PT1S", "1800", "Session"})
  void rejectsMalformedMaxAge(String age) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> start(Map.of("token.cookie.max-age", age)))
        .withMessageContaining("token.cookie.max-age=" + age + " is not a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://app.example.org",
        "https://app.example.org:8443",
        "http://localhost:3000",
        "http://[::1]:3000",
        "http://192.0.2.1",
        "capacitor://localhost",
        "ionic://localhost",
        "tauri://localhost",
        "app://obsidian.md",
        "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb",
        "moz-extension://0e2a3b1c-95a0-4d29-8a0b-2f1c3d4e5f60",
        "vscode-webview://1b2c",
        "http://my_host"
      })
  void acceptsOrigin(String origin) throws Exception {
    start(Map.of("token.origins", origin));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "*",
        "capacitor://",
        "capacitor://*",
        "capacitor://localhost/",
        "Capacitor://localhost",
        "://localhost",
        "localhost",
        "https://app.example.org/",
        "https://app.example.org:",
        "https://app.example.org:080",
        "https://user@app.example.org",
        "https://app.example.org?x",
        "file://",
        "data:text/html,x"
      })
  void rejectsMalformedOrigin(String origin) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> start(Map.of("token.origins", origin)))
        .withMessageContaining("token.origins=" + origin + " is not an origin");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "login",
        "/login/*",
        "/login?x",
        "//login",
        "/a/../login",
        "/a b",
        "/l\u00f6",
        "/l#x"
      })
  void rejectsMalformedLoginPage(String page) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> start(Map.of("token.login-page", page)))
        .withMessageContaining("token.login-page=" + page + " is not a path");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a b", "a;b", "a=b", "a,b", "\"a\"", "a\r\nSet-Cookie: b", "\u00fc", "a/b"})
  void rejectsMalformedCookieName(String name) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> start(Map.of("token.cookie", name)))
        .withMessageContaining("token.cookie=" + name + " is not a name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "shop", "/a;b", "/a b", "/a\r\nb", "/a; Domain=example", "/\u00fc"})
  void rejectsMalformedCookiePath(String path) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> start(Map.of("token.cookie.path", path)))
        .withMessageContaining("token.cookie.path=" + path + " is not a path");
  }

  private void assertStartFails(Map<String, String> settings, String problem) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> start(settings))
        .satisfies(e -> assertThat(e.problems()).containsExactly(problem));
  }

  private void start(Map<String, String> settings) throws Exception {
    TokenSecurity.builder().settings(Accounts.settings(folder)).settings(settings).build().close();
  }
}
