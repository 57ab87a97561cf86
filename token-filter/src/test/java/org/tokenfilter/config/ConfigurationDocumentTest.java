package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.tokenfilter.config.ConfigurationKey.Scope;

/**
 * Compares docs/configuration.md with the keys. To write the document anew: {@code mvn test -pl
 * token-filter -am -Dtest=ConfigurationDocumentTest -Dsurefire.failIfNoSpecifiedTests=false
 * -DwriteDocuments=true}
 */
final class ConfigurationDocumentTest {

  private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");

  private static final String INTRODUCTION =
      """
      # Configuration

      Every setting is a key. The first source that has it wins:

      1. a system property: `-Dtoken.idle-timeout=PT20M`
      2. an environment variable: `TOKEN_IDLE_TIMEOUT=PT20M`
      3. an init-param of the filter or servlet, or a setting of `TokenSecurity.builder()`
      4. a context-param of the application
      5. the default

      An operator can thus override the packaged settings. Durations are ISO-8601: `PT30M`, `PT1H30M`, `P7D`. Lists are
      separated by commas.

      Settings that are misspelt, invalid or contradict each other stop the start, with one message that lists all mistakes.
      A default that an explicit setting contradicts is adjusted if that is safe: `token.open.max-lifetime=PT10M` alone also
      shortens `token.client.lifetime`. If it is not safe, as for a limit, the message says which of the two is the default
      ([reasons](adr/0050-settings-that-contradict-defaults.md)).

      A system property or environment variable that resembles a key but is not one causes a warning with a suggestion. A
      system property that starts with `token.store.NAME.` for an installed store, but is not a setting, stops the start.

      The settings in force are logged once, at the start, one per line. Each explicit setting has its source, and each
      adjusted default the reason. Possible secrets are masked.

      **Application** keys hold for the whole application, in whichever source they are set. If two filters set such a key to
      different values, the start stops. **Filter** keys hold for the filter or servlet of this library that has them as
      init-params; in other sources they are the default for all.

      A store provider has settings of its own, `token.store.NAME.SETTING`, which its documentation lists.

      | key | holds for | default | valid values | effect |
      |---|---|---|---|---|
      """;

  private static String document() {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    for (ConfigurationKey key : ConfigurationKey.values()) {
      String fallback = key.defaultValue();
      text.append("| `")
          .append(key.key())
          .append("` | ")
          .append(key.scope() == Scope.FILTER ? "filter" : "application")
          .append(" | ")
          .append(fallback == null || fallback.isEmpty() ? "" : "`" + fallback + "`")
          .append(" | ")
          .append(key.format())
          .append(" | ")
          .append(key.description())
          .append(" |\n");
    }
    return text.toString();
  }

  @Test
  void documentListsAllKeys() throws IOException {
    if (Boolean.getBoolean("writeDocuments")) {
      Files.writeString(DOCUMENT, document());
    }
    assertThat(DOCUMENT).content().isEqualTo(document());
  }
}
