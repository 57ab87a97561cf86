package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tokenfilter.config.KeyFile.key;
import static org.tokenfilter.config.KeyFile.kidOf;
import static org.tokenfilter.config.KeyFile.secret;
import static org.tokenfilter.config.KeyFile.set;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/** Cases S17 and P18 in service: a broken new key file leaves the old keys in force. */
final class ReloadingFileBrokenKeysTest {

  @TempDir private Path folder;

  /** A change of the file, and the error message that it causes. */
  record BrokenFile(String name, FileChange change, String expectedMessage) {
    @Override
    public String toString() {
      return name;
    }
  }

  @FunctionalInterface
  interface FileChange {
    void applyTo(KeyFile file) throws Exception;
  }

  static Stream<BrokenFile> brokenFiles() {
    String k1 = key("k1", "active");
    return Stream.of(
        brokenText("garbage", secret("k1"), "it is not JSON"),
        brokenText("cut in the middle", set(k1).substring(0, 60), "it is not JSON"),
        brokenText("empty file", "", "it is not a JSON object"),
        brokenText("empty set", set(), "there is no key"),
        brokenText(
            "no active key", set(key("k1", "accept")), "exactly one key must be active, not none"),
        brokenText(
            "two active keys",
            set(k1, key("k2", "active")),
            "exactly one key must be active, not [k1, k2]"),
        brokenText("duplicate kid", set(k1, key("k1", "accept", secret("k2"))), "the kid 'k1'"),
        brokenText(
            "same bytes under two names",
            set(k1, key("k2", "accept", secret("k1"))),
            "keys 'k1' and 'k2' have the same bytes"),
        brokenText(
            "missing kid", set(k1.replace("\"kid\":\"k1\",", "")), "key number 1 has no kid"),
        brokenText(
            "duplicate member",
            set(k1.replace("\"use\"", "\"kid\":\"k2\",\"use\"")),
            "gives a member twice"),
        brokenText(
            "short key",
            set(key("k1", "active", secret("k1").substring(0, 22).replaceAll(".$", "A"))),
            "key 'k1' has 16 bytes"),
        brokenText(
            "all bytes equal",
            set(key("k1", "active", "A".repeat(43))),
            "all of its bytes are equal"),
        brokenText(
            "foreign kty",
            set(k1, "{\"kty\":\"RSA\",\"kid\":\"k2\",\"n\":\"" + secret("k2") + "\"}"),
            "key 'k2': kty is not oct"),
        brokenText("unknown state", set(key("k1", "actve")), "state is not one of"),
        brokenText("64 KiB and more", set(k1) + " ".repeat(65536), "larger than 65536 bytes"),
        new BrokenFile(
            "world-readable",
            file -> file.replaceText(set(key("k1", "active")), "rw-r--r--"),
            "it is open to other users of this machine; run: chmod 600"),
        new BrokenFile(
            "group-writable",
            file -> file.replaceText(set(key("k1", "active")), "rw-rw----"),
            "it is open to other users of this machine; run: chmod 600"),
        new BrokenFile("deleted", file -> Files.delete(file.path()), ""),
        new BrokenFile(
            "directory",
            file -> {
              Files.delete(file.path());
              Files.createDirectory(file.path());
            },
            "it is not a regular file"));
  }

  private static BrokenFile brokenText(String name, String text, String told) {
    return new BrokenFile(name, file -> file.replaceText(text, "rw-------"), told);
  }

  @ParameterizedTest
  @MethodSource("brokenFiles")
  void s17_keepsOldKeysAndReportsOnce(BrokenFile mistake) throws Exception {
    KeyFile file = new KeyFile(folder);
    file.replace(key("k1", "active"));
    ReloadingFile<KeyRing> keys = file.read();
    try (TokenSecurity security = security(keys);
        WebApp app = app(security);
        LogLines log = new LogLines(ReloadingFile.class.getName())) {
      Session session = app.session(Accounts.ALICE, 5);

      mistake.change().applyTo(file);
      for (int i = 0; i < 3; i++) {
        keys.check();
        keys.check();
        assertThat(status(app, session)).isEqualTo(200);
        assertThat(kidOf(app.session(Accounts.BOB, 5).token())).isEqualTo("k1");
      }
      assertThat(log.take())
          .filteredOn(line -> !isAboutAccounts(line))
          .singleElement()
          .asString()
          .startsWith("ERROR The previous content stays in force, since " + file.path())
          .contains(mistake.expectedMessage())
          .satisfies(ReloadingFileBrokenKeysTest::assertContainsNoKey);

      Files.deleteIfExists(file.path());
      file.replace(key("k1", "retired"), key("k2", "active"));
      keys.check();
      keys.check();
      assertThat(status(app, session)).isEqualTo(401);
      assertThat(kidOf(app.session(Accounts.BOB, 5).token())).isEqualTo("k2");

      mistake.change().applyTo(file);
      keys.check();
      keys.check();
      assertThat(log.lines()).filteredOn(line -> line.startsWith("ERROR")).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("brokenFiles")
  void s17_brokenKeyFileStopsTheStart(BrokenFile mistake) throws Exception {
    KeyFile file = new KeyFile(folder);
    file.replace(key("k1", "active"));
    mistake.change().applyTo(file);
    Map<String, String> settings = Map.of("token.keys.file", file.path().toString());
    assertThatThrownBy(() -> TokenSecurity.from(settings))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("key file " + file.path())
        .hasMessageContaining(mistake.expectedMessage())
        .satisfies(e -> assertThat(((ConfigurationException) e).problems()).hasSize(1))
        .satisfies(e -> assertContainsNoKey(String.valueOf(e.getMessage())));
  }

  /**
   * Returns whether a line reports that the accounts were read again. A thread does this two
   * seconds after the start, at any moment of the test.
   */
  private boolean isAboutAccounts(String line) {
    return line.endsWith(folder.resolve("accounts") + " was read again");
  }

  private static void assertContainsNoKey(String text) {
    for (String kid : List.of("k1", "k2")) {
      assertThat(text).doesNotContain(secret(kid).substring(0, 8));
    }
    assertThat(text).doesNotContain("AAAA");
  }

  private TokenSecurity security(ReloadingFile<KeyRing> keys) throws Exception {
    return TokenSecurity.builder()
        .keys(keys)
        .settings(Accounts.settings(folder))
        .store(new InMemoryTokenStore())
        .build();
  }

  private static WebApp app(TokenSecurity security) throws Exception {
    return new WebApp()
        .filter(new TokenFilter(security), Map.of())
        .servlet("/security/rest/*", new AccessTokenServlet())
        .servlet("/api/who", (request, response) -> response.getWriter().print("served"))
        .start();
  }

  private static int status(WebApp app, Session session) throws Exception {
    return app.get("/api/who", session.headers()).statusCode();
  }
}
