package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.policy.TokenPolicy.ReusePolicy;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;

/** Settings of refresh and gateway: their defaults, formats and contradictions. */
final class ConfigurationRulesTest {

  @TempDir private Path folder;

  @Test
  void rejectsClientLifetimeAboveOpenMaxLifetime() throws Exception {
    assertStartFails(
        Map.of("token.client.lifetime", "P2D", "token.open.max-lifetime", "P1D"),
        "token.client.lifetime=PT48H is longer than token.open.max-lifetime=PT24H");
    start(Map.of("token.client.lifetime", "P1D", "token.open.max-lifetime", "P1D"));
  }

  @Test
  void rejectsRefreshGraceAboveRetention() throws Exception {
    assertStartFails(
        Map.of("token.refresh.grace", "PT10M0.001S", "token.retention", "PT10M"),
        "token.refresh.grace=PT10M0.001S is longer than token.retention=PT10M");
    start(Map.of("token.refresh.grace", "PT10M", "token.retention", "PT10M"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"userToken", "usertoken", "USERTOKEN", "Authorization", "host", "Origin"})
  void rejectsReservedSessionHeader(String header) {
    assertStartFails(
        Map.of("token.session.header", header),
        "token.session.header=" + header + " is reserved; set the name of another header");
  }

  @Test
  void reportsAllContradictionsInOneMessage() {
    assertStartFails(
        Map.of(
            "token.session.header", "userToken",
            "token.client.lifetime", "P366D",
            "token.refresh.grace", "PT2H",
            "token.retention", "PT1H"),
        "token.session.header=userToken is reserved; set the name of another header",
        "token.client.lifetime=PT8784H is longer than token.open.max-lifetime=PT8760H (the"
            + " default): set token.open.max-lifetime too",
        "token.refresh.grace=PT2H is longer than token.retention=PT1H");
  }

  /** Shorter lifetimes than the default are safe, and so is a longer retention. */
  @Test
  void adjustsDefaultIfThatIsSafe() throws Exception {
    start(Map.of("token.open.max-lifetime", "PT10M"));
    assertThat(policy(Map.of("token.open.max-lifetime", "PT10M")).clientLifetime()).hasMinutes(10);
    TokenPolicy shortLived = policy(Map.of("token.max-lifetime", "PT20M"));
    assertThat(shortLived.sessionIdleTimeout()).hasMinutes(20);
    assertThat(shortLived.userIdleTimeout()).hasMinutes(15);
    assertThat(read(Map.of("token.refresh.grace", "PT2H")).duration(ConfigurationKey.RETENTION))
        .hasHours(2);
  }

  /** An operator who sets another key did not lift the default limit. */
  @Test
  void keepsDefaultThatIsALimit() {
    assertStartFails(
        Map.of("token.idle-timeout", "P8D"),
        "token.idle-timeout=PT192H is longer than token.max-lifetime=PT168H (the default): set"
            + " token.max-lifetime too");
    assertStartFails(
        Map.of("token.max-lifetime", "PT0.5S"),
        "token.idle-timeout=PT30M (the default) is longer than token.max-lifetime=PT0.5S",
        "token.user.idle-timeout=PT15M (the default) is longer than token.max-lifetime=PT0.5S");
  }

  @Test
  void describesEffectiveSettingsOnePerLine() {
    Configuration settings =
        read(
            Map.of(
                "token.open.max-lifetime", "PT10M",
                "token.idle-timeout", "PT20M",
                "token.keys.file", "/a\ntoken.binding=off"));

    assertThat(settings.describeEffective("memory", Set.of()).lines()).first().isEqualTo("");
    assertThat(settings.describeEffective("memory", Set.of()).lines().skip(1))
        .allMatch(line -> line.matches(" {2}token\\.[a-z.-]+=.*"))
        .contains(
            "  token.open.max-lifetime=PT10M (init-param, or in code)",
            "  token.client.lifetime=PT10M (the default is P1D; adjusted to"
                + " token.open.max-lifetime)",
            "  token.idle-timeout=PT20M (init-param, or in code)",
            "  token.user.idle-timeout=PT15M",
            "  token.keys.file=/a?token.binding=off (init-param, or in code)")
        .doesNotContain("  token.binding=off");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "token.client.lifetime | PT0S | an ISO-8601 duration",
        "token.client.lifetime | P1Y | an ISO-8601 duration",
        "token.client.environments | live:eu | names of at most 64 ASCII letters",
        "token.client.environments | live/eu | names of at most 64 ASCII letters",
        "token.refresh.grace | -PT1S | an ISO-8601 duration",
        "token.refresh.replay | end | report or end-family",
        "token.introspection.role | '' | the name of a role",
        "token.sessions.limit | -1 | a whole number",
        "token.sessions.policy | evict | reject or evict-oldest",
        "token.paths.passive | ping | a path",
        "token.gateway.paths | /a/*/b | a path",
        "token.gateway.paths | *.jsp | a path",
      })
  void rejectsMalformedValue(String key, String value, String shape) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> start(Map.of(key, value)))
        .satisfies(
            e ->
                assertThat(e.problems())
                    .singleElement()
                    .asString()
                    .startsWith(key + "=" + value + " is not ")
                    .contains(shape));
  }

  @Test
  void defaultsAreAsDocumented() {
    TokenPolicy policy = policy(Map.of());

    assertThat(policy.clientLifetime()).hasHours(24);
    assertThat(policy.refreshGrace()).isZero();
    assertThat(policy.reusePolicy()).isEqualTo(ReusePolicy.REPORT);
    Configuration settings = read(Map.of());
    assertThat(settings.texts(ConfigurationKey.CLIENT_ENVIRONMENTS))
        .containsExactly("sandbox", "live");
    assertThat(settings.texts(ConfigurationKey.PATHS_PASSIVE)).isEmpty();
    assertThat(settings.texts(ConfigurationKey.GATEWAY_PATHS)).isEmpty();
    assertThat(settings.string(ConfigurationKey.INTROSPECTION_ROLE)).isEqualTo("introspect");
  }

  @Test
  void settingsReachThePolicy() {
    TokenPolicy policy =
        policy(
            Map.of(
                "token.client.lifetime", "PT1H",
                "token.refresh.grace", "PT30S",
                "token.refresh.replay", "end-family"));

    assertThat(policy.clientLifetime()).hasHours(1);
    assertThat(policy.refreshGrace()).hasSeconds(30);
    assertThat(policy.reusePolicy()).isEqualTo(ReusePolicy.END_FAMILY);
  }

  @Test
  void keepsOrderOfLists() {
    Configuration settings =
        read(
            Map.of(
                "token.client.environments", "live, test-1,sandbox",
                "token.gateway.paths", "/cra/*, /one",
                "token.paths.passive", "/ping"));

    assertThat(settings.texts(ConfigurationKey.CLIENT_ENVIRONMENTS))
        .containsExactly("live", "test-1", "sandbox");
    assertThat(settings.texts(ConfigurationKey.GATEWAY_PATHS)).containsExactly("/cra/*", "/one");
    assertThat(settings.texts(ConfigurationKey.PATHS_PASSIVE)).containsExactly("/ping");
  }

  @Test
  void rejectsContradictionInInitParams() throws Exception {
    Map<String, String> params = new HashMap<>(Accounts.settings(folder));
    params.put("token.refresh.grace", "PT2H");
    params.put("token.retention", "PT1H");
    try (WebApp app = new WebApp().filter(new TokenFilter(), params)) {
      assertThatExceptionOfType(Exception.class)
          .isThrownBy(app::start)
          .satisfies(
              e ->
                  assertThat(e)
                      .hasStackTraceContaining(
                          "token.refresh.grace=PT2H is longer than token.retention=PT1H"));
    }
  }

  private static Configuration read(Map<String, String> settings) {
    List<String> problems = new ArrayList<>();
    Configuration configuration =
        new Configuration(ConfigurationSources.of(settings, Map.of()), problems);
    new ConfigurationRules(configuration, problems).check();
    assertThat(problems).isEmpty();
    return configuration;
  }

  private static TokenPolicy policy(Map<String, String> settings) {
    return new ComponentFactory(
            read(settings), ConfigurationRulesTest.class.getClassLoader(), List.of())
        .policy();
  }

  private void assertStartFails(Map<String, String> settings, String... problems) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> start(settings))
        .satisfies(e -> assertThat(e.problems()).containsExactly(problems));
  }

  private void start(Map<String, String> settings) throws Exception {
    TokenSecurity.builder().settings(Accounts.settings(folder)).settings(settings).build().close();
  }
}
