package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.TokenStoreProvider;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.LogLines;

/**
 * Case S01 at the start: a provider that opens no store is reported by name, for each way to fail.
 */
final class TokenSecurityBrokenProviderTest {

  private static final String SECRET = "hunter2-4711";

  private static final Pattern CAUSES =
      Pattern.compile(
          "(?s)Caused by: .*java.io.IOException: db does not answer.*Caused by: .*"
              + "java.net.ConnectException: to jdbc:x://db\\*\\*\\* refused");

  @TempDir private Path folder;

  /** A provider that opens no store. The setting {@code by} selects its failure. */
  public static final class Provider implements TokenStoreProvider {

    /** Called by the service loader. */
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
    @SuppressWarnings({"NullAway", "DataFlowIssue"}) // a defective provider
    public TokenStore open(Map<String, String> settings) {
      return switch (String.valueOf(settings.get("by"))) {
        case "null" -> null;
        case "away" ->
            throw new TokenStoreException(
                "no connection",
                new IOException(
                    "db does not answer",
                    new ConnectException("to jdbc:x://db/app;password=" + SECRET + " refused")),
                true);
        case "exception" -> throw new IllegalStateException("no driver");
        default -> throw new NoClassDefFoundError("org/example/Driver");
      };
    }
  }

  @ParameterizedTest
  @CsvSource({
    "null, its provider returned null",
    "exception, no driver",
    "error, org/example/Driver",
    "away, no connection"
  })
  void providerWithoutStoreStopsTheStart(String by, String shown) throws Exception {
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
      LogLines log = new LogLines(TokenSecurity.class.getName());
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
      log.close();
      assertThat(log.lines()).noneMatch(line -> line.contains(SECRET));
      assertThat(log.lines().stream().filter(line -> line.startsWith("ERROR ")).toList())
          .hasSize(by.equals("null") ? 0 : 1)
          .allMatch(line -> line.startsWith("ERROR The store broken cannot be opened "))
          .allMatch(line -> line.contains(shown) && line.contains("\tat "))
          .allMatch(line -> !by.equals("away") || CAUSES.matcher(line).find());
    }
  }
}
