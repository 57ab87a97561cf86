package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.ServletContext;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tokenfilter.Accounts;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreProvider;

/**
 * Case S01 at the start: a plugin that opens no store is told by name, whatever it does instead.
 */
final class BrokenProviderTest {

  @TempDir private Path folder;

  /** Opens nothing, in a way that is set. */
  public static final class Provider implements TokenStoreProvider {

    /** For the service loader. */
    public Provider() {}

    @Override
    public String name() {
      return "broken";
    }

    @Override
    public Set<String> settings() {
      return Set.of("by");
    }

    @Override
    @SuppressWarnings({"NullAway", "DataFlowIssue"}) // what a plugin may do, though it must not
    public TokenStore open(Map<String, String> settings) {
      return switch (String.valueOf(settings.get("by"))) {
        case "null" -> null;
        case "exception" -> throw new IllegalStateException("no driver");
        default -> throw new NoClassDefFoundError("org/example/Driver");
      };
    }
  }

  @ParameterizedTest
  @CsvSource({
    "null, its provider answered null",
    "exception, no driver",
    "error, org/example/Driver"
  })
  void providerThatOpensNoStoreStopsTheStart(String by, String shown) throws Exception {
    Path services = Files.createDirectories(folder.resolve("classes/META-INF/services"));
    Files.writeString(
        services.resolve(TokenStoreProvider.class.getName()), Provider.class.getName());
    URL[] urls = {folder.resolve("classes").toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(urls, getClass().getClassLoader())) {
      ServletContext context = mock(ServletContext.class);
      when(context.getClassLoader()).thenReturn(loader);
      when(context.getContextPath()).thenReturn("/shop");
      when(context.getInitParameterNames()).thenReturn(Collections.emptyEnumeration());
      TokenSecurityBuilder builder =
          TokenSecurity.builder()
              .settings(Accounts.settings(folder))
              .setting("token.store", "broken")
              .setting("token.store.broken.by", by)
              .context(context);
      assertThatThrownBy(builder::build)
          .asInstanceOf(type(ConfigurationException.class))
          .extracting(ConfigurationException::problems)
          .satisfies(
              problems ->
                  assertThat(problems)
                      .singleElement()
                      .asString()
                      .startsWith("the store broken cannot be opened: ")
                      .endsWith(shown));
    }
  }
}
