package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import jakarta.servlet.ServletContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;

final class TokenSecurityTest {

  private static final String[] THREADS = {
    "token-filter ROOT accounts",
    "token-filter ROOT closings",
    "token-filter ROOT keys",
    "token-filter ROOT listeners",
    "token-filter ROOT sweep",
    "token-filter ROOT uses",
    "token-filter ROOT ends"
  };

  @TempDir private Path folder;

  @Test
  void reportsAllMistakesInOneMessage() {
    Map<String, String> settings = new HashMap<>();
    settings.put("token.idle-timeout", "30 minutes");
    settings.put("token.binding", "mac");
    settings.put("token.idletimeout", "PT5M");
    settings.put("token.store", "cassandra");
    settings.put("token.cookie.same-site", "None");
    settings.put("token.cookie.secure", "auto");
    settings.put("token.user.idle-timeout", "P30D");
    assertThatThrownBy(() -> TokenSecurity.from(settings))
        .asInstanceOf(type(ConfigurationException.class))
        .satisfies(
            e -> {
              assertThat(e.problems())
                  .containsExactlyInAnyOrder(
                      "token.idle-timeout=30 minutes is not an ISO-8601 duration such as PT30M, at"
                          + " least PT1S",
                      "token.binding=mac is not off or address or prefix or dual-stack",
                      "there is no setting token.idletimeout; did you mean token.idle-timeout?",
                      "token.store=cassandra is not installed; installed are [memory]",
                      "token.cookie.same-site=None needs token.cookie.secure=true",
                      "token.user.idle-timeout=PT720H is longer than token.max-lifetime=PT168H (the"
                          + " default): set token.max-lifetime too",
                      "token.keys.file must be set: the JWK Set file that holds the keys");
              assertThat(e.getMessage()).contains(e.problems());
            });
  }

  @Test
  void reportsMistakesOfInitParamsWithTheOthers() {
    Map<String, String> params =
        Map.of(
            "token.idle-timeout", "30",
            "token.paths.public", "*.css",
            "token.carriers", "query",
            "token.sesion.cookie", "SID",
            "token.store", "cassandra");
    try (WebApp app = new WebApp().filter(new TokenFilter(), params)) {
      assertThatThrownBy(app::start)
          .hasStackTraceContaining("token.idle-timeout=30 is not an ISO-8601 duration")
          .hasStackTraceContaining("token.paths.public=*.css is not a path")
          .hasStackTraceContaining("token.carriers=query is not bearer or cookie")
          .hasStackTraceContaining("there is no setting token.sesion.cookie")
          .hasStackTraceContaining("token.store=cassandra is not installed")
          .hasStackTraceContaining("token.keys.file must be set");
    }
  }

  @Test
  void masksSecretsOfAStoreInShownSettings() {
    Map<String, String> settings =
        Map.of(
            "token.store.jdbc.url",
                "jdbc:postgresql://db:5432/app?user=u&password=pw1/pw2@&ssl=true",
            "token.store.jdbc.password", "pw3",
            "token.store.jdbc.password-file", "/etc/shop/db-password");
    List<String> problems = new ArrayList<>();
    Configuration configuration =
        new Configuration(ConfigurationSources.of(settings, Map.of()), problems);
    assertThat(configuration.describeEffective("jdbc", Set.of("url", "password", "password-file")))
        .contains("token.idle-timeout=PT30M")
        .contains("token.store.jdbc.url=jdbc:postgresql:***")
        .contains("token.store.jdbc.password=***")
        .contains("token.store.jdbc.password-file=/etc/shop/db-password")
        .doesNotContain("pw1", "pw2", "pw3", "db:5432");
    assertThat(problems).isEmpty();
  }

  @Test
  void rejectsReservedSessionHeader() throws Exception {
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    settings.put("token.session.header", "Cookie");
    assertThatThrownBy(() -> TokenSecurity.from(settings))
        .hasMessageContaining(
            "token.session.header=Cookie is reserved; set the name of another header");
  }

  @Test
  void defaultsOfSettingsAreThoseOfThePolicyBuilder() throws Exception {
    try (TokenSecurity security = TokenSecurity.from(Accounts.settings(folder))) {
      assertThat(security.service().policy()).isEqualTo(TokenPolicy.builder().build());
    }
  }

  @Test
  void rejectsEmptyCarriers() throws Exception {
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    settings.put("token.carriers", "");
    assertThatThrownBy(() -> TokenSecurity.from(settings))
        .hasMessageContaining("token.carriers must not be empty");
  }

  @Test
  void generatesMissingKeyFileOnlyIfAllowed() throws Exception {
    Path keys = folder.resolve("keys.jwks");
    Map<String, String> settings = Map.of("token.keys.file", keys.toString());
    assertThatThrownBy(() -> TokenSecurity.from(settings))
        .hasMessageContaining("token.keys.generate=true");
    assertThat(keys).doesNotExist();
    TokenSecurity.builder()
        .settings(settings)
        .setting("token.keys.generate", "true")
        .build()
        .close();
    assertThat(keys).exists();
    TokenSecurity.from(settings).close();
  }

  @Test
  void brokenKeyFileStopsTheStartAndIsNotShown() throws Exception {
    Path keys = folder.resolve("keys.jwks");
    Files.writeString(keys, "{\"keys\":[\"secret\"]}");
    assertThat(keys.toFile().setReadable(false, false)).isTrue();
    assertThat(keys.toFile().setReadable(true, true)).isTrue();
    assertThatThrownBy(() -> TokenSecurity.from(Map.of("token.keys.file", keys.toString())))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("keys.jwks")
        .hasMessageNotContaining("secret");
  }

  @Test
  void sourcesHaveTheDocumentedPrecedence() {
    Map<String, String> properties = new HashMap<>();
    Map<String, String> environment = new HashMap<>();
    Map<String, String> init = new HashMap<>();
    Map<String, String> context = Map.of("token.idle-timeout", "PT4M");
    ConfigurationSources sources =
        new ConfigurationSources(
            ConfigurationSources.NamedValues.of(properties),
            ConfigurationSources.NamedValues.of(environment),
            init,
            context);
    assertThat(sources.text("token.idle-timeout")).isEqualTo("PT4M");
    init.put("token.idle-timeout", "PT3M");
    assertThat(sources.text("token.idle-timeout")).isEqualTo("PT3M");
    environment.put("TOKEN_IDLE_TIMEOUT", "PT2M");
    assertThat(sources.text("token.idle-timeout")).isEqualTo("PT2M");
    properties.put("token.idle-timeout", "PT1M");
    assertThat(sources.text("token.idle-timeout")).isEqualTo("PT1M");
  }

  @Test
  void filtersAndServletsShareOneInstance() throws Exception {
    Map<String, String> settings = Accounts.settings(folder);
    WebApp app =
        new WebApp()
            .filter(new TokenFilter(), settings)
            .filter(new TokenFilter(), Map.of("token.paths.public", "/public/*"))
            .servlet("/security/rest/*", new AccessTokenServlet());
    ServletContext context = app.context().getServletContext();
    try (app) {
      app.start();
      TokenSecurity shared = TokenSecurity.of(context);
      assertThat(shared).isNotNull();
      assertThat(threads()).containsExactlyInAnyOrder(THREADS);
    }
    assertThat(threads()).isEmpty();
    assertThatThrownBy(() -> TokenSecurity.of(context)).isInstanceOf(IllegalStateException.class);
  }

  /**
   * A container may start servlets before filters, as Undertow does; they must find the instance.
   */
  @Test
  void builtInstanceIsFoundBeforeAFilterStarts() throws Exception {
    ServletContext context = new WebApp().context().getServletContext();
    try (TokenSecurity given = buildFor(context)) {
      assertThat(TokenSecurity.of(context)).isSameAs(given);
    }
    try (TokenSecurity next = buildFor(context)) {
      assertThat(TokenSecurity.of(context)).isSameAs(next);
    }
  }

  @Test
  void builtInstanceDoesNotReplaceStartedOne() throws Exception {
    WebApp app = new WebApp().filter(new TokenFilter(), Accounts.settings(folder));
    ServletContext context = app.context().getServletContext();
    try (app) {
      app.start();
      TokenSecurity own = TokenSecurity.of(context);
      try (TokenSecurity late = buildFor(context)) {
        assertThat(TokenSecurity.of(context)).isSameAs(own).isNotSameAs(late);
      }
    }
  }

  private TokenSecurity buildFor(ServletContext context) throws Exception {
    return TokenSecurity.builder().settings(Accounts.settings(folder)).context(context).build();
  }

  @Test
  void rejectsApplicationSettingThatDiffersBetweenFilters() throws Exception {
    Map<String, String> settings = Accounts.settings(folder);
    try (WebApp app =
        new WebApp()
            .filter(new TokenFilter(), settings)
            .filter(new TokenFilter(), Map.of("token.idle-timeout", "PT5M"))) {
      assertThatThrownBy(app::start)
          .hasStackTraceContaining("token.idle-timeout holds for the whole application");
    }
    assertThat(threads()).isEmpty();
  }

  @Test
  void passwordEndpointRequiresAnAuthenticator() throws Exception {
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    settings.remove("token.credentials");
    try (WebApp app =
        new WebApp()
            .filter(new TokenFilter(), settings)
            .servlet("/security/rest/*", new AccessTokenServlet())) {
      assertThatThrownBy(app::start)
          .hasStackTraceContaining("token.credentials must be set, since it is needed by");
    }
    assertThat(threads()).isEmpty();
  }

  @Test
  void rejectsLagThatTheFeedCannotKeep() throws Exception {
    for (String lag : new String[] {"PT0.099S", "PT30.001S"}) {
      Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
      settings.put("token.revocation.lag", lag);
      assertThatThrownBy(() -> TokenSecurity.from(settings))
          .hasMessageContaining("token.revocation.lag=" + lag + " must be PT0S or between");
    }
    assertThat(threads()).isEmpty();
  }

  @Test
  void doesNotPollRevocationsWithoutALag() throws Exception {
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    settings.put("token.revocation.lag", "PT0S");
    try (TokenSecurity security = TokenSecurity.from(settings)) {
      assertThat(security.service()).isNotNull();
      assertThat(threads())
          .contains("token-filter ROOT uses")
          .doesNotContain("token-filter ROOT ends");
    }
    assertThat(threads()).isEmpty();
  }

  @Test
  void closesOnlyOnce() throws Exception {
    TokenSecurity security = TokenSecurity.from(Accounts.settings(folder));
    assertThat(threads()).containsExactlyInAnyOrder(THREADS);
    security.close();
    security.close();
    assertThat(threads()).isEmpty();
  }

  @Test
  void rejectsFilterInstanceRegisteredTwice() throws Exception {
    TokenFilter filter = new TokenFilter();
    try (WebApp app =
        new WebApp().filter(filter, Accounts.settings(folder)).filter(filter, Map.of())) {
      assertThatThrownBy(app::start).hasStackTraceContaining("registered twice");
    }
    assertThat(threads()).isEmpty();
  }

  @Test
  void logoutRevokesTokenOfAnyCarrier() throws Exception {
    try (WebApp app =
        new WebApp()
            .filter(new TokenFilter(), "/api/*", Accounts.settings(folder))
            .filter(new TokenFilter(), "/web/*", Map.of("token.carriers", "cookie"))
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet("/api/who", (request, response) -> response.setStatus(204))
            .servlet(
                "/api/logout",
                (request, response) ->
                    TokenSecurity.of(request.getServletContext()).logout(request, response))
            .start()) {
      String[] headers = app.session(Accounts.ALICE, 5).headers();
      assertThat(app.get("/api/who", headers).statusCode()).isEqualTo(204);
      assertThat(app.get("/api/logout", headers).statusCode()).isEqualTo(200);
      assertThat(app.get("/api/who", headers).statusCode()).isEqualTo(401);
    }
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("token-filter"))
        .toList();
  }
}
