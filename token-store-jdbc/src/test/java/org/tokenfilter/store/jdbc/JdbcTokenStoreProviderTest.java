package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.TokenStoreProvider;

class JdbcTokenStoreProviderTest {

  private static final TokenRecord RECORD =
      TokenRecord.builder(TokenId.of(new byte[32]), TokenKind.OPEN, "alice", Instant.EPOCH).build();

  @TempDir Path directory;

  private final TokenStoreProvider provider = new JdbcTokenStoreProvider();

  @Test
  void jdbcProviderIsInstalled() {
    assertThat(TokenStoreProvider.installed(getClass().getClassLoader()).get("jdbc"))
        .isInstanceOf(JdbcTokenStoreProvider.class);
    assertThat(provider.settings())
        .containsExactlyInAnyOrder(
            "datasource", "url", "username", "password-file", "table-prefix", "schema", "listen");
  }

  @Test
  void urlSufficesAndTokensSurviveARestart() {
    String url = "jdbc:h2:file:./target/h2/" + UUID.randomUUID();

    try (TokenStore store = open(Map.of("url", url, "table-prefix", "app_"))) {
      store.insert(RECORD, Limit.NONE, Instant.EPOCH);
      assertThat(store.changes(0, null, 1).changes()).isEmpty();
    }
    try (TokenStore store =
        open(Map.of("url", url, "table-prefix", "app_", "schema", "validate"))) {
      assertThat(store.find(RECORD.id())).contains(RECORD);
    }
  }

  @Test
  void inProcessDatabaseStaysOpenAsLongAsTheStore() {
    String url = "jdbc:h2:mem:" + UUID.randomUUID();

    try (TokenStore store = open(Map.of("url", url))) {
      store.insert(RECORD, Limit.NONE, Instant.EPOCH);
      assertThat(store.find(RECORD.id())).contains(RECORD);
    }
    try (TokenStore store = open(Map.of("url", url))) {
      assertThat(store.find(RECORD.id())).isEmpty();
    }
  }

  @Test
  void passwordIsTheFirstLineOfItsFile() throws IOException, SQLException {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    database.setUser("tokens");
    database.setPassword("p\u00e4ss word");
    database.getConnection().close();
    Path file = Files.writeString(directory.resolve("password"), "p\u00e4ss word\n");

    Map<String, String> settings =
        Map.of("url", database.getURL(), "username", "tokens", "password-file", file.toString());
    open(settings).close();
    Files.writeString(file, "another");
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> open(settings))
        .withMessageNotContaining("another");
  }

  @Test
  void exactlyOneOfDataSourceAndUrlIsRequired() {
    for (Map<String, String> wrong :
        List.of(
            Map.of("table-prefix", "app_"),
            Map.of("url", "jdbc:h2:mem:x", "datasource", "java:comp/env/jdbc/app"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> open(wrong))
          .withMessageContainingAll("token.store.jdbc.datasource", "token.store.jdbc.url");
    }
  }

  @Test
  void wrongSettingsAreRefusedByName() {
    assertRefused("schema", Map.of("schema", "update"), "create or validate");
    assertRefused("listen", Map.of("listen", "yes"), "true or false");
    assertRefused("table-prefix", Map.of("table-prefix", "a;b"), "a;b");
    assertRefused("password-file", Map.of("password-file", "/not/there"), "/not/there");
    assertRefused("timeout", Map.of("timeout", "2 s"), "2 s");
    assertRefused("timeout", Map.of("timeout", "PT0S"), "PT0S");
  }

  @Test
  void unknownOrRemoteJndiNameIsRefused() {
    for (String name : List.of("java:comp/env/jdbc/app", "ldap://localhost/app", "rmi:app")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> open(Map.of("datasource", name)))
          .withMessageContainingAll("token.store.jdbc.datasource", name);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(Map.of("datasource", "java:app", "username", "me")))
        .withMessageContaining("token.store.jdbc.username");
  }

  @Test
  void refusalOfUnknownUrlHidesItsSecrets() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(Map.of("url", "jdbc:unheard://localhost/x?password=secret")))
        .withMessageContaining("jdbc:unheard:...")
        .withMessageNotContaining("secret");
  }

  @Test
  void closedStoreFailsAndStaysClosed() {
    TokenStore store = open(Map.of("url", "jdbc:h2:mem:" + UUID.randomUUID()));
    store.close();
    store.close();

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> store.find(RECORD.id()))
        .matches(failure -> !failure.retryable());
  }

  private void assertRefused(String setting, Map<String, String> settings, String value) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("url", "jdbc:h2:mem:" + UUID.randomUUID());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(all))
        .withMessageContainingAll(setting, value);
  }

  private TokenStore open(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(Map.of("timeout", "PT2S", "retention", "PT5M"));
    all.putAll(settings);
    return provider.open(all);
  }
}
