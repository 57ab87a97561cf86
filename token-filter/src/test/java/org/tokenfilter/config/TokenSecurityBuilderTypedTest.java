package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.testsupport.Accounts;

/** Typed methods of the builder: each does the same as the setting of its key. */
final class TokenSecurityBuilderTypedTest {

  private static final int ROUNDS = 4;

  /** The methods of the builder that set something else than a setting. */
  private static final Set<String> UNTYPED =
      Set.of(
          "setting",
          "settings",
          "store",
          "authenticator",
          "listener",
          "clock",
          "keys",
          "fileCheckInterval",
          "context");

  @TempDir private Path folder;

  /** A typed method with the key of its setting, and its text for a random value. */
  record Typed(
      String method,
      ConfigurationKey key,
      Function<Random, String> text,
      BiConsumer<TokenSecurityBuilder, String> call) {
    @Override
    public String toString() {
      return method;
    }
  }

  static Stream<Typed> typed() {
    return Stream.of(
        new Typed(
            "keysFile",
            ConfigurationKey.KEYS_FILE,
            random -> "target/keys-" + random.nextInt(1000) + ".jwks",
            (builder, text) -> builder.keysFile(Path.of(text))),
        new Typed(
            "generateKeys",
            ConfigurationKey.KEYS_GENERATE,
            random -> "true",
            (builder, text) -> builder.generateKeys()),
        new Typed(
            "audience",
            ConfigurationKey.AUDIENCE,
            random -> "shop-" + random.nextInt(1000),
            TokenSecurityBuilder::audience),
        duration("idleTimeout", ConfigurationKey.IDLE_TIMEOUT, TokenSecurityBuilder::idleTimeout),
        duration(
            "absoluteTimeout",
            ConfigurationKey.MAX_LIFETIME,
            TokenSecurityBuilder::absoluteTimeout),
        duration(
            "revocationLag", ConfigurationKey.REVOCATION_LAG, TokenSecurityBuilder::revocationLag),
        list("publicPaths", ConfigurationKey.PATHS_PUBLIC, TokenSecurityBuilder::publicPaths),
        new Typed(
            "loginPage",
            ConfigurationKey.LOGIN_PAGE,
            random -> "/login-" + random.nextInt(1000),
            TokenSecurityBuilder::loginPage),
        new Typed(
            "trustedProxies",
            ConfigurationKey.TRUSTED_PROXIES,
            random -> "10.0." + random.nextInt(256) + "." + random.nextInt(256) + ",2001:db8::/32",
            (builder, text) -> builder.trustedProxies(text.split(","))),
        new Typed(
            "cookies",
            ConfigurationKey.CARRIERS,
            random -> "bearer,cookie",
            (builder, text) -> builder.cookies()));
  }

  private static Typed duration(
      String method, ConfigurationKey key, BiConsumer<TokenSecurityBuilder, Duration> call) {
    return new Typed(
        method,
        key,
        random -> Duration.ofMillis(20_000 + random.nextInt(10_000)).toString(),
        (builder, text) -> call.accept(builder, Duration.parse(text)));
  }

  private static Typed list(
      String method, ConfigurationKey key, BiConsumer<TokenSecurityBuilder, String[]> call) {
    return new Typed(
        method,
        key,
        random -> "/public-" + random.nextInt(1000) + "/*,/open",
        (builder, text) -> call.accept(builder, text.split(",")));
  }

  @Test
  void eachMethodIsTestedHere() {
    Set<String> methods = new TreeSet<>();
    for (Method method : TokenSecurityBuilder.class.getDeclaredMethods()) {
      if (method.getReturnType() == TokenSecurityBuilder.class
          && !UNTYPED.contains(method.getName())) {
        methods.add(method.getName());
      }
    }
    assertThat(typed().map(Typed::method)).containsExactlyInAnyOrderElementsOf(methods);
  }

  @ParameterizedTest
  @MethodSource("typed")
  void typedMethodEqualsSetting(Typed typed) throws Exception {
    Random random = new Random(typed.method().hashCode());
    for (int i = 0; i < ROUNDS; i++) {
      String text = typed.text().apply(random);
      TokenSecurityBuilder byMethod = builder(typed.key());
      typed.call().accept(byMethod, text);
      Map<ConfigurationKey, String> expected =
          configured(builder(typed.key()).setting(typed.key().key(), text));
      assertThat(expected).containsEntry(typed.key(), text);
      assertThat(configured(byMethod)).as(text).isEqualTo(expected);
      assertThat(configured(byMethod.setting(typed.key().key(), text))).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("typed")
  void contradictionOfBothIsRefused(Typed typed) throws Exception {
    String text = typed.text().apply(new Random(1));
    String other =
        typed.key() == ConfigurationKey.KEYS_GENERATE
            ? "false"
            : typed.key() == ConfigurationKey.CARRIERS
                ? "bearer"
                : typed.text().apply(new Random(2));
    TokenSecurityBuilder builder = builder(typed.key()).setting(typed.key().key(), other);
    typed.call().accept(builder, text);
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(builder::build)
        .satisfies(
            e ->
                assertThat(e.problems())
                    .contains(
                        "%s is set twice in code: to %s by its method, and to %s by its key; set it"
                                .formatted(typed.key().key(), text, other)
                            + " once"));
  }

  @Test
  void sameValueInAnotherFormIsNoContradiction() throws Exception {
    configured(
        builder(ConfigurationKey.IDLE_TIMEOUT)
            .idleTimeout(Duration.ofHours(1))
            .setting("token.idle-timeout", "PT60M"));
  }

  @Test
  void invalidValuesAreReportedLikeThoseOfSettings() throws Exception {
    TokenSecurityBuilder builder = builder(ConfigurationKey.IDLE_TIMEOUT);
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> builder.idleTimeout(Duration.ofMillis(-1)).loginPage("login").build())
        .satisfies(
            e ->
                assertThat(e.problems())
                    .containsExactlyInAnyOrder(
                        "token.idle-timeout=PT-0.001S is not an ISO-8601 duration such as PT30M, at"
                            + " least PT1S",
                        "token.login-page=login is not a path such as /login"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenSecurity.builder().publicPaths("/a,/b"))
        .withMessage(
            "/a,/b must not contain a comma: give each value of token.paths.public by" + " itself");
  }

  /** Returns a builder with all settings that an application needs, without this one. */
  private TokenSecurityBuilder builder(ConfigurationKey without) throws Exception {
    Map<String, String> settings = new HashMap<>(Accounts.settings(folder));
    settings.remove(without.key());
    if (without == ConfigurationKey.KEYS_GENERATE) {
      TokenSecurity.from(Accounts.settings(folder)).close();
    }
    return TokenSecurity.builder().settings(settings).store(new InMemoryTokenStore());
  }

  private static Map<ConfigurationKey, String> configured(TokenSecurityBuilder builder) {
    Map<ConfigurationKey, String> texts = new EnumMap<>(ConfigurationKey.class);
    try (TokenSecurity security = builder.build()) {
      for (ConfigurationKey key : List.of(ConfigurationKey.values())) {
        String text = security.configuration().text(key);
        if (text != null) {
          texts.put(key, text);
        }
      }
    }
    return texts;
  }
}
