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
import org.tokenfilter.keys.JwkSetFile;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreProvider;
import org.tokenfilter.token.IssuedToken;

/** The command with the database of an application. */
class ExplainCommandTest {

  @TempDir private Path folder;
  private final ExplainerFixture fixture = new ExplainerFixture();
  private Path keys;
  private String url;
  private TokenStore store;
  private TokenService service;

  @BeforeEach
  void startApplication() throws IOException {
    keys = folder.resolve("keys.jwks");
    JwkSetFile.createNew(keys, ExplainerFixture.RING);
    url = "jdbc:h2:" + folder.resolve("tokens") + ";AUTO_SERVER=FALSE";
    store = open("create");
    service = fixture.serviceWith(store);
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
  void acceptsTokenFromStandardInputWithoutShowingIt() throws Exception {
    IssuedToken token =
        service.issueOpen(ExplainerFixture.ALICE, Duration.ZERO, ExplainerFixture.CLIENT);
    for (String end : List.of("", "\n", "\r\n")) {
      CommandResult answer =
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
  void readsTokenAndSessionIdFromFiles() throws Exception {
    IssuedToken token =
        service.issueSession(
            ExplainerFixture.ALICE, Duration.ZERO, ExplainerFixture.CLIENT, Set.of());
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
    CommandResult answer = explain("", args);
    assertThat(answer.out()).contains("ACCEPTED").doesNotContain(sessionId, token.value());
    assertThat(answer.status()).isZero();
    args[9] = "192.0.2.2";
    assertThat(explain("", args).status()).isEqualTo(1);
    service.revoke(token.record().id());
    args[9] = "192.0.2.1";
    CommandResult closed = explain("", args);
    assertThat(closed.status()).isEqualTo(1);
    assertThat(closed.out()).contains("REFUSED: " + RefusalReason.CLOSED.sentence());
  }

  @Test
  void changesNothingInTheStore() throws Exception {
    IssuedToken token = service.issueUser(ExplainerFixture.ALICE, null, ExplainerFixture.CLIENT);
    fixture.clock.move(Duration.ofMinutes(1));
    assertThat(explain(token.value(), "--store", "jdbc", "--store-setting", "url=" + url).status())
        .isZero();
    assertThat(store.find(token.record().id())).contains(token.record());
  }

  @Test
  void createsNoTables() {
    CommandResult answer =
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
  void goodTokenIsUndecidedWithoutAStore() {
    CommandResult answer = explain(token());
    assertThat(answer.status()).isEqualTo(2);
    assertThat(answer.out()).contains("UNDECIDED: It is authentic.");
    assertThat(explain(token() + "x").status()).isEqualTo(1);
    assertThat(explain("").status()).isEqualTo(1);
  }

  @Test
  void refusesTokenAsArgumentWithoutRepeatingIt() {
    String token = token();
    for (String[] args :
        new String[][] {
          {token},
          {"--token-file", token},
          {"--token-file=" + token},
          {"--store-setting", "x=" + token}
        }) {
      CommandResult answer = explain("", args);
      assertThat(answer.status()).isEqualTo(2);
      assertThat(answer.err()).startsWith("A token must not be an argument").doesNotContain(token);
      assertThat(answer.out()).isEmpty();
    }
  }

  @Test
  void doesNotRepeatUnknownArgument() {
    CommandResult answer = explain("", "p3Zbsecret-session-id");
    assertThat(answer.status()).isEqualTo(2);
    assertThat(answer.err()).contains("an unexpected argument").doesNotContain("p3Zb");
  }

  @Test
  void doesNotRepeatSettingWithoutKey() {
    CommandResult answer =
        explain("", "--store", "jdbc", "--store-setting", "jdbc:mysql://u:p3Zb@db/app");
    assertThat(answer.status()).isEqualTo(2);
    assertThat(answer.err()).contains("--store-setting must be KEY=VALUE").doesNotContain("p3Zb");
    assertThat(answer.out()).isEmpty();
  }

  @Test
  void unusableOptionsDecideNothing() throws IOException {
    assertUndecided("the store 'redis' is not on the class path", "--store", "redis");
    assertUndecided("the store 'memory' is in the memory of its node", "--store", "memory");
    assertUndecided("--store-setting needs --store", "--store-setting", "url=x");
    assertUndecided(
        "--store-setting: the settings of the store 'jdbc' are",
        "--store",
        "jdbc",
        "--store-setting",
        "a=b");
    assertUndecided(
        "no JDBC driver accepts the URL", "--store", "jdbc", "--store-setting", "url=jdbc:none:x");
    assertUndecided("there is no file missing", "--token-file", "missing");
    assertUndecided("there is no file gone", "--session-id-file", "gone");
    assertThat(explain("", "--client", "example.org").status()).isEqualTo(2);
    Files.writeString(keys, "garbage");
    assertUndecided("key file " + keys + ": it is not JSON");
  }

  private void assertUndecided(String message, String... args) {
    CommandResult answer = explain(token(), args);
    assertThat(answer.err()).startsWith("token-filter-tools: " + message).hasLineCount(1);
    assertThat(answer.status()).isEqualTo(2);
    assertThat(answer.out()).isEmpty();
  }

  private String token() {
    return service.issueUser(ExplainerFixture.ALICE, null, ExplainerFixture.CLIENT).value();
  }

  private CommandResult explain(String input, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("explain", "--keys", keys.toString(), "--audience", ExplainerFixture.AUDIENCE));
    args.addAll(List.of(more));
    return CommandResult.run(fixture.clock, input, args.toArray(String[]::new));
  }
}
