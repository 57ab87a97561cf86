package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.tokenfilter.config.ConfigurationKey.Scope;

/**
 * Holds docs/configuration.md to the keys as they are. To write it anew: {@code mvn test -pl
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

      So an operator overrides what is packed. Durations are ISO-8601: `PT30M`, `PT1H30M`, `P7D`. Lists are separated by
      commas.

      What is misspelt, is not of its shape or contradicts another setting stops the start, with one message that lists it
      all. A default that is contradicted gives way where that is safe: `token.open.max-lifetime=PT10M` alone shortens
      `token.client.lifetime`, too. Where it is not, as with a limit, the message says which of the two is the default
      ([why so](adr/0050-settings-that-contradict-defaults.md)).

      A system property or environment variable that resembles a key and is none is a warning: "did you mean". It stops the
      start if it is a system property `token.store.NAME.` of a store that is installed.

      The settings in force are logged once, at the start: one a line, with the source of what is set, and the reason where a
      default has given way. What may be a secret is masked.

      **Application** keys hold for the whole application, wherever they are written: two filters that set one to different
      values stop the start. **Filter** keys hold for the filter, or the servlet of ours, whose init-param they are; written
      elsewhere they are the default of all.

      A store provider has settings of its own, `token.store.NAME.SETTING`, which its documents name.

      | key | holds for | default | what may be written | |
      |---|---|---|---|---|
      """;

  private static String document() {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    for (ConfigurationKey key : ConfigurationKey.values()) {
      String fallback = key.defaultText();
      text.append("| `")
          .append(key.key())
          .append("` | ")
          .append(key.scope() == Scope.FILTER ? "filter" : "application")
          .append(" | ")
          .append(fallback == null || fallback.isEmpty() ? "" : "`" + fallback + "`")
          .append(" | ")
          .append(key.shape())
          .append(" | ")
          .append(key.description())
          .append(" |\n");
    }
    return text.toString();
  }

  @Test
  void documentSaysWhatTheKeysSay() throws IOException {
    if (Boolean.getBoolean("writeDocuments")) {
      Files.writeString(DOCUMENT, document());
    }
    assertThat(DOCUMENT).content().isEqualTo(document());
  }
}
