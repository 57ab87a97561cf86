package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/**
 * The content of the file at the moment of an answer, which a process that is killed then leaves
 * behind.
 */
class H2FileTest {

  private static final Instant NOW = Instant.parse("2031-05-04T03:02:01Z");
  private static final int RECORDS = 3;

  private static final List<String> URLS =
      List.of(
          "jdbc:h2:file:PLACE;WRITE_DELAY=500",
          "jdbc:h2:nio:PLACE",
          "jdbc:h2:async:PLACE",
          "jdbc:h2:PLACE;DB_CLOSE_DELAY=-1",
          "jdbc:h2:PLACE;DB_CLOSE_DELAY=1",
          "jdbc:h2:PLACE;AUTO_SERVER=TRUE",
          "jdbc:h2:PLACE;CIPHER=AES",
          "jdbc:h2:PLACE;MODE=MySQL",
          "jdbc:h2:PLACE;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH",
          "jdbc:h2:PLACE;FILE_LOCK=SOCKET",
          "jdbc:h2:PLACE;FILE_LOCK=NO",
          "jdbc:h2:PLACE;DEFRAG_ALWAYS=TRUE",
          "jdbc:h2:PLACE;COMPRESS=TRUE");

  @TempDir Path folder;

  /** A copy of the file lacks commits of this process that have not reached the file. */
  @Test
  void acknowledgedChangeIsInTheFileAtEachOpening() throws Exception {
    JdbcDataSource database = database("sa");
    for (int opening = 1; opening <= 3; opening++) {
      try (Connection open = database.getConnection();
          TokenStore store = JdbcTokenStore.builder(database).open()) {
        assertThat(open.isValid(1)).isTrue();
        assertChangesAreInTheFile(store, opening);
      }
    }
  }

  @Test
  void acknowledgedChangeIsInTheFileIfEachCallReopensIt() throws Exception {
    try (TokenStore store = JdbcTokenStore.builder(database("sa")).open()) {
      for (int opening = 1; opening <= 3; opening++) {
        assertChangesAreInTheFile(store, opening);
      }
    }
  }

  @Test
  void acknowledgedChangeIsInTheFileAfterTheDelayIsChanged() throws Exception {
    JdbcDataSource database = database("sa");
    try (Connection open = database.getConnection();
        Statement statement = open.createStatement();
        TokenStore store = JdbcTokenStore.builder(database).open()) {
      statement.execute("set write_delay 5000");
      assertChangesAreInTheFile(store, 1);
    }
  }

  /**
   * H2 overwrites free space of its file after 45 seconds; here it does so at once. Each round
   * continues with the file as a killed process leaves it.
   */
  @Test
  void acknowledgedChangeIsInTheFileWhenItsSpaceIsReused() throws Exception {
    Path file = folder.resolve("killed-0");
    int number = 0;
    for (int opening = 1; opening <= 6; opening++) {
      JdbcDataSource database = database(file);
      try (Connection open = database.getConnection();
          Statement statement = open.createStatement()) {
        statement.execute("set retention_time 0");
        TokenStore store = JdbcTokenStore.builder(database).open();
        if (number > 0) {
          assertThat(store.find(record(0, number).id())).as("at opening %d", opening).isPresent();
        }
        for (int change = 0; change < 25; change++) {
          TokenRecord record = record(0, ++number);
          store.insert(record, Limit.NONE, NOW);
          assertThat(copyContains(file, record)).as("change %d", number).isTrue();
        }
        Path next = folder.resolve("killed-" + opening);
        Files.copy(databaseFile(file), databaseFile(next));
        statement.execute("shutdown");
        file = next;
      }
    }
  }

  private boolean copyContains(Path file, TokenRecord record) throws Exception {
    Path copy = folder.resolve("copy");
    Files.copy(databaseFile(file), databaseFile(copy), StandardCopyOption.REPLACE_EXISTING);
    try (Connection connection = database(copy).getConnection();
        PreparedStatement statement =
            connection.prepareStatement("select count(*) from token_record where id = ?")) {
      statement.setBytes(1, record.id().bytes());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1) == 1;
      }
    }
  }

  private static Path databaseFile(Path name) {
    return name.resolveSibling(name.getFileName() + ".mv.db");
  }

  private static JdbcDataSource database(Path file) {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:file:" + file);
    database.setUser("sa");
    database.setPassword("");
    return database;
  }

  /** Each file is tested at its second opening. */
  @TestFactory
  Stream<DynamicTest> everyUrlOfAFileWritesAtOnce() {
    return URLS.stream().map(url -> DynamicTest.dynamicTest(url, () -> assertWrittenAtOnce(url)));
  }

  private void assertWrittenAtOnce(String url) throws Exception {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL(url.replace("PLACE", folder.resolve("way-" + URLS.indexOf(url)).toString()));
    database.setUser("sa");
    database.setPassword(url.contains("CIPHER") ? "file user" : "");
    JdbcTokenStore.builder(database).open().close();
    try (Connection open = database.getConnection();
        Statement statement = open.createStatement();
        TokenStore store = JdbcTokenStore.builder(database).open()) {
      String before = writeCount(statement);
      store.insert(record(2, 1), Limit.NONE, NOW);
      assertThat(writeCount(statement)).isNotEqualTo(before);
      statement.execute("shutdown");
    }
  }

  private static String writeCount(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "select setting_value from information_schema.settings"
                + " where setting_name = 'info.FILE_WRITE'")) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void readOnlyFileIsRefused() throws Exception {
    JdbcTokenStore.builder(database("sa")).open().close();
    JdbcDataSource readOnly = new JdbcDataSource();
    readOnly.setURL("jdbc:h2:file:" + folder.resolve("tokens") + ";ACCESS_MODE_DATA=r");
    readOnly.setUser("sa");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcTokenStore.builder(readOnly).open())
        .withMessageContaining("this user may not");
  }

  @Test
  void userWithoutTheRightToSetTheDelayIsRefused() throws SQLException {
    JdbcTokenStore.builder(database("sa")).open().close();
    try (Connection open = database("sa").getConnection();
        Statement statement = open.createStatement()) {
      statement.execute("create user writer password ''");
      statement.execute("grant all on schema public to writer");
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcTokenStore.builder(database("writer")).open())
        .withMessageContainingAll("WRITE_DELAY", "ALTER USER", "ADMIN");
  }

  @Test
  void lostRightFailsTheCallAndReturnsTheConnection() throws SQLException {
    JdbcDataSource admin = database("sa");
    try (Connection open = admin.getConnection();
        Statement statement = open.createStatement()) {
      statement.execute("create user writer password '' admin");
      TokenStore store = JdbcTokenStore.builder(database("writer")).open();
      statement.execute("grant all on schema public to writer");
      statement.execute("alter user writer admin false");

      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> store.insert(record(1, 1), Limit.NONE, NOW));
      try (var sessions =
          statement.executeQuery("select count(*) from information_schema.sessions")) {
        sessions.next();
        assertThat(sessions.getInt(1)).isOne();
      }
    }
  }

  @Test
  void databaseThatIgnoresTheDelayIsRefused() throws SQLException {
    JdbcDataSource database = database("sa");
    JdbcTokenStore.builder(database).open().close();
    DataSource deaf = proxy(database, H2FileTest::ignoringTheDelay);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcTokenStore.builder(deaf).open())
        .withMessageContainingAll("acknowledges commits before they are in its file", "version");
  }

  @Test
  void databaseInMemoryNeedsNoRightToSetTheDelay() throws SQLException {
    JdbcDataSource memory = new JdbcDataSource();
    memory.setURL("jdbc:h2:mem:unwritten;DB_CLOSE_DELAY=-1");
    memory.setUser("sa");
    JdbcTokenStore.builder(memory).open().close();
    try (Connection open = memory.getConnection();
        Statement statement = open.createStatement()) {
      statement.execute("create user writer password ''");
      statement.execute("grant all on schema public to writer");
      JdbcDataSource writer = new JdbcDataSource();
      writer.setURL("jdbc:h2:mem:unwritten");
      writer.setUser("writer");
      JdbcTokenStore.builder(writer).open().close();
      statement.execute("shutdown");
    }
  }

  /** Returns a connection that does not pass the delay on to its database. */
  private static Connection ignoringTheDelay(Object connection) {
    Connection real = (Connection) connection;
    return proxy(
        Connection.class,
        (proxy, method, arguments) ->
            method.getName().equals("prepareStatement") && arguments[0].equals("set write_delay 0")
                ? real.prepareStatement("select 1")
                : method.invoke(real, arguments));
  }

  private static DataSource proxy(DataSource source, UnaryOperator<Object> connections) {
    return proxy(
        DataSource.class,
        (proxy, method, arguments) -> connections.apply(method.invoke(source, arguments)));
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(H2FileTest.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private void assertChangesAreInTheFile(TokenStore store, int opening) throws Exception {
    List<TokenRecord> records =
        IntStream.range(0, RECORDS).mapToObj(number -> record(opening, number)).toList();
    for (TokenRecord record : records) {
      store.insert(record, Limit.NONE, NOW);
      assertThat(readFromCopy(opening, record)).as("an insertion").isEqualTo(record);
      Revocation revocation = Revocation.of(RevocationReason.CLOSED, NOW);
      assertThat(store.revoke(record.id(), revocation)).containsExactly(record.id());
      assertThat(readFromCopy(opening, record))
          .as("a revocation")
          .isEqualTo(record.revoked(revocation));
    }
  }

  private TokenRecord readFromCopy(int opening, TokenRecord record) throws Exception {
    Path copy = folder.resolve("copy-" + opening + ".mv.db");
    Files.copy(folder.resolve("tokens.mv.db"), copy, StandardCopyOption.REPLACE_EXISTING);
    JdbcDataSource copied = new JdbcDataSource();
    copied.setURL("jdbc:h2:file:" + folder.resolve("copy-" + opening));
    copied.setUser("sa");
    try (Connection connection = copied.getConnection();
        TokenStore store = JdbcTokenStore.builder(copied).createSchema(false).open()) {
      assertThat(connection.isValid(1)).isTrue();
      return store.find(record.id()).orElseThrow(() -> new AssertionError("lost: " + record));
    }
  }

  private JdbcDataSource database(String user) {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:file:" + folder.resolve("tokens"));
    database.setUser(user);
    database.setPassword("");
    return database;
  }

  private static TokenRecord record(int opening, int number) {
    byte[] bytes = new byte[TokenId.LENGTH];
    bytes[0] = (byte) opening;
    bytes[1] = (byte) number;
    return TokenRecord.builder(TokenId.of(bytes), TokenKind.OPEN, "alice", NOW).build();
  }
}
