package org.tokenfilter.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.codec.JwkSetFile;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreProvider;
import org.tokenfilter.token.IssuedToken;

/** The command with the database of an application. */
class ExplainCommandTest {

  @TempDir private Path folder;
  private final Scene scene = new Scene();
  private Path keys;
  private String url;
  private TokenStore store;
  private TokenService service;

  @BeforeEach
  void startAnApplication() throws IOException {
    keys = folder.resolve("keys.jwks");
    JwkSetFile.createNew(keys, Scene.RING);
    url = "jdbc:h2:" + folder.resolve("tokens") + ";AUTO_SERVER=FALSE";
    store = open("create");
    service = scene.over(store);
  }

  private TokenStore open(String schema) {
    return Objects.requireNonNull(
            TokenStoreProvider.installed(ExplainCommandTest.class.getClassLoader()).get("jdbc"))
        .open(Map.of("url", url, "schema", schema, "timeout", "PT5S", "retention", "PT1H"));
  }

  @AfterEach
  void stop() {
    store.close();
  }

  @Test
  void aTokenFromStandardInputIsAcceptedAndShownNowhere() throws Exception {
    IssuedToken token = service.issueOpen(Scene.ALICE, Duration.ZERO, Scene.CLIENT);
    for (String end : List.of("", "\n", "\r\n")) {
      Shell answer =
          explain(token.value() + end, "--store", "jdbc", "--store-setting", "url=" + url);
      assertThat(answer.err()).isEmpty();
      assertThat(answer.out())
          .endsWith("ACCEPTED: It never expires.\n")
          .contains(token.record().id().toString())
          .doesNotContain(token.value(), "attribute-of-alice");
      assertThat(answer.status()).isZero();
    }
  }

  @Test
  void filesMayHoldTheTokenAndTheSessionId() throws Exception {
    IssuedToken token = service.issueSession(Scene.ALICE, Duration.ZERO, Scene.CLIENT, Set.of());
    String sessionId = Objects.requireNonNull(token.sessionId()).value();
    Path tokenFile = Files.writeString(folder.resolve("token"), token.value() + "\n");
    Path sessionFile = Files.writeString(folder.resolve("session"), sessionId + "\n");
    String[] args = {
      "--store",
      "jdbc",
      "--store-setting",
      "url=" + url,
      "--token-file",
      tokenFile.toString(),
      "--session-id-file",
      sessionFile.toString(),
      "--client",
      "192.0.2.1"
    };
    Shell answer = explain("", args);
    assertThat(answer.out()).contains("ACCEPTED").doesNotContain(sessionId, token.value());
    assertThat(answer.status()).isZero();
    args[9] = "192.0.2.2";
    assertThat(explain("", args).status()).isEqualTo(1);
    service.revoke(token.record().id());
    args[9] = "192.0.2.1";
    Shell closed = explain("", args);
    assertThat(closed.status()).isEqualTo(1);
    assertThat(closed.out()).contains("REFUSED: " + RefusalReason.CLOSED.sentence());
  }

  @Test
  void whoAsksChangesNothingInTheStore() throws Exception {
    IssuedToken token = service.issueUser(Scene.ALICE, null, Scene.CLIENT);
    scene.clock.move(Duration.ofMinutes(1));
    assertThat(explain(token.value(), "--store", "jdbc", "--store-setting", "url=" + url).status())
        .isZero();
    assertThat(store.find(token.record().id())).contains(token.record());
  }

  @Test
  void whoAsksMakesNoTables() {
    Shell answer =
        explain(
            token(),
            "--store",
            "jdbc",
            "--store-setting",
            "url=jdbc:h2:" + folder.resolve("others"));
    assertThat(answer.status()).isEqualTo(2);
    assertThat(answer.err()).contains("token_record is missing").hasLineCount(1);
  }

  @Test
  void withoutAStoreAGoodTokenIsUndecidedAndABadOneRefused() {
    Shell answer = explain(token());
    assertThat(answer.status()).isEqualTo(2);
    assertThat(answer.out()).contains("UNDECIDED: It is authentic.");
    assertThat(explain(token() + "x").status()).isEqualTo(1);
    assertThat(explain("").status()).isEqualTo(1);
  }

  @Test
  void aTokenAsAnArgumentIsRefusedAndNotRepeated() {
    String token = token();
    for (String[] args :
        new String[][] {
          {token},
          {"--token-file", token},
          {"--token-file=" + token},
          {"--store-setting", "x=" + token}
        }) {
      Shell answer = explain("", args);
      assertThat(answer.status()).isEqualTo(2);
      assertThat(answer.err()).startsWith("A token must not be an argument").doesNotContain(token);
      assertThat(answer.out()).isEmpty();
    }
  }

  @Test
  void whatIsNoOptionIsNotRepeatedEither() {
    Shell answer = explain("", "p3Zbsecret-session-id");
    assertThat(answer.status()).isEqualTo(2);
    assertThat(answer.err()).contains("an unexpected argument").doesNotContain("p3Zb");
  }

  @Test
  void settingWithoutItsKeyIsNotRepeated() {
    Shell answer = explain("", "--store", "jdbc", "--store-setting", "jdbc:mysql://u:p3Zb@db/app");
    assertThat(answer.status()).isEqualTo(2);
    assertThat(answer.err()).contains("--store-setting must be KEY=VALUE").doesNotContain("p3Zb");
    assertThat(answer.out()).isEmpty();
  }

  @Test
  void whatCannotBeAskedIsNeitherAcceptedNorRefused() throws IOException {
    assertUnasked("the store 'redis' is not on the class path", "--store", "redis");
    assertUnasked("the store 'memory' is in the memory of its node", "--store", "memory");
    assertUnasked("--store-setting needs --store", "--store-setting", "url=x");
    assertUnasked(
        "--store-setting: the settings of the store 'jdbc' are",
        "--store",
        "jdbc",
        "--store-setting",
        "a=b");
    assertUnasked(
        "no JDBC driver accepts the URL", "--store", "jdbc", "--store-setting", "url=jdbc:none:x");
    assertUnasked("there is no file missing", "--token-file", "missing");
    assertUnasked("there is no file gone", "--session-id-file", "gone");
    assertThat(explain("", "--client", "example.org").status()).isEqualTo(2);
    Files.writeString(keys, "garbage");
    assertUnasked("key file " + keys + ": it is not JSON");
  }

  private void assertUnasked(String message, String... args) {
    Shell answer = explain(token(), args);
    assertThat(answer.err()).startsWith("token-filter-tools: " + message).hasLineCount(1);
    assertThat(answer.status()).isEqualTo(2);
    assertThat(answer.out()).isEmpty();
  }

  private String token() {
    return service.issueUser(Scene.ALICE, null, Scene.CLIENT).value();
  }

  private Shell explain(String input, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("explain", "--keys", keys.toString(), "--audience", Scene.AUDIENCE));
    args.addAll(List.of(more));
    return Shell.run(scene.clock, input, args.toArray(String[]::new));
  }
}
