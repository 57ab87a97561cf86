package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that look like settings, but are none. */
final class UnknownSettingsTest {

  private static final Map<String, Set<String>> STORES =
      Map.of("memory", Set.of(), "jdbc", Set.of("url", "username", "password-file"));

  private final Map<String, String> properties = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> params = new HashMap<>();
  private final List<String> problems = new ArrayList<>();

  private List<String> warnings() {
    UnknownSettings unknown =
        new UnknownSettings(
            new ConfigurationSources(
                ConfigurationSources.NamedValues.of(properties),
                ConfigurationSources.NamedValues.of(environment),
                params,
                Map.of()),
            STORES);
    unknown.addProblems(problems);
    return unknown.warnings();
  }

  @ParameterizedTest
  @CsvSource({
    "token.idletimeout, token.idle-timeout",
    "token.idle.timeout, token.idle-timeout",
    "token.idleTimeout, token.idle-timeout",
    "token.idle-timeuot, token.idle-timeout",
    "token.timeout.idle, token.idle-timeout",
    "token.user-idle-timeout, token.user.idle-timeout",
    "token.key.file, token.keys.file",
    "token.session.limit, token.sessions.limit",
    "token.cookies, token.cookie",
    "token.trusted.proxy, token.trusted-proxies",
    "token.path.public, token.paths.public",
    "token.store.jbdc.url, token.store.jdbc.url",
    "token.store.timeuot, token.store.timeout",
    "TOKEN_IDLE_TIMEOUT, token.idle-timeout",
  })
  void warnsAboutPropertyThatResemblesASetting(String written, String meant) {
    properties.put(written, "secret-4711");

    assertThat(warnings())
        .singleElement()
        .asString()
        .contains("system property " + written + " ", "did you mean " + meant + "?")
        .doesNotContain("secret-4711");
    assertThat(problems).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "TOKEN_IDLETIMEOUT, TOKEN_IDLE_TIMEOUT",
    "TOKEN_IDLE_TIMEOUTS, TOKEN_IDLE_TIMEOUT",
    "token.idle-timeout, TOKEN_IDLE_TIMEOUT",
    "Token_Idle_Timeout, TOKEN_IDLE_TIMEOUT",
    "TOKEN_KEY_FILE, TOKEN_KEYS_FILE",
    "TOKEN_STORE_JBDC_PASSWORD_FILE, TOKEN_STORE_JDBC_PASSWORD_FILE",
  })
  void warnsAboutVariableThatResemblesASetting(String written, String meant) {
    environment.put(written, "secret-4711");

    assertThat(warnings())
        .singleElement()
        .asString()
        .contains("environment variable " + written + " ", "did you mean " + meant + "?")
        .doesNotContain("secret-4711");
    assertThat(problems).isEmpty();
  }

  /** Servers and build tools have properties and variables of such names, too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "TOKEN",
        "TOKEN_URL",
        "TOKEN_SECRET",
        "TOKEN_TTL",
        "TOKEN_SERVICE_HOST",
        "TOKEN_PORT",
        "TOKEN_PORT_8080_TCP_ADDR",
        "TOKEN_LIFETIME",
        "TOKENIZERS_PARALLELISM",
        "GITHUB_TOKEN",
        "TOKEN_STORE_PORT",
        "TOKEN_STORE_SERVICE_PORT",
        "TOKEN_ISSUER",
        "token",
        "token.secret",
        "token.expiry",
        "token.endpoint.url",
        "TOKEN_FILE",
        "tokens.idle-timeout"
      })
  void ignoresNamesThatResembleNoSetting(String written) {
    properties.put(written, "1");
    environment.put(written, "1");

    assertThat(warnings()).isEmpty();
    assertThat(problems).isEmpty();
  }

  @Test
  void doesNotWarnAboutKnownSettings() {
    for (ConfigurationKey key : ConfigurationKey.values()) {
      properties.put(key.key(), "1");
      environment.put(key.environmentVariable(), "1");
    }
    properties.put("token.store.jdbc.password-file", "/p");
    environment.put("TOKEN_STORE_JDBC_PASSWORD_FILE", "/p");

    assertThat(warnings()).isEmpty();
    assertThat(problems).isEmpty();
  }

  @Test
  void rejectsUnknownSettingOfAnInstalledStore() {
    properties.put("token.store.jdbc.login", "app");
    params.put("token.store.jdbc.pasword-file", "/p");
    params.put("token.store.jdbc.colour", "red");

    assertThat(warnings()).isEmpty();
    assertThat(problems)
        .containsExactlyInAnyOrder(
            "there is no setting token.store.jdbc.login, which is set as a system property",
            "there is no setting token.store.jdbc.pasword-file; did you mean"
                + " token.store.jdbc.password-file?",
            "there is no setting token.store.jdbc.colour");
  }

  /**
   * Kubernetes gives such variables to all containers next to a service called token-store-jdbc.
   */
  @Test
  void warnsAboutUnknownStoreVariablesInOneLine() {
    environment.put("TOKEN_STORE_JDBC_SERVICE_HOST", "10.0.0.7");
    environment.put("TOKEN_STORE_JDBC_PORT_5432_TCP", "tcp://10.0.0.7:5432");
    environment.put("TOKEN_STORE_JDBC_URL", "jdbc:h2:mem:a");

    assertThat(warnings())
        .singleElement()
        .asString()
        .contains("TOKEN_STORE_JDBC_PORT_5432_TCP, TOKEN_STORE_JDBC_SERVICE_HOST", "Kubernetes")
        .doesNotContain("10.0.0.7", "TOKEN_STORE_JDBC_URL");
    assertThat(problems).isEmpty();
  }

  /** A store that is not installed may belong to another application of the same server. */
  @Test
  void ignoresPropertyOfAStoreThatIsNotInstalled() {
    properties.put("token.store.cassandra.contact-points", "db");

    assertThat(warnings()).isEmpty();
    assertThat(problems).isEmpty();
  }

  @Test
  void suggestsSettingForMisspeltParam() {
    params.put("token.idletimeout", "PT5M");
    params.put("token.frobnicate", "yes");

    assertThat(warnings()).isEmpty();
    assertThat(problems)
        .containsExactly(
            "there is no setting token.frobnicate",
            "there is no setting token.idletimeout; did you mean token.idle-timeout?");
  }
}
