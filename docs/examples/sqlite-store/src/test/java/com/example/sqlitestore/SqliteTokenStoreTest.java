package com.example.sqlitestore;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.TokenStoreContract;

class SqliteTokenStoreTest extends TokenStoreContract {

  @TempDir private Path folder;
  private TokenStore store;
  private TokenStore otherNode;

  @BeforeEach
  void open() {
    store = new SqliteTokenStore(file(), Duration.ofSeconds(20));
    otherNode = new SqliteTokenStore(file(), Duration.ofSeconds(20));
  }

  @Override
  public TokenStore store() {
    return store;
  }

  @Override
  public TokenStore otherNode() {
    return otherNode;
  }

  @Override
  public Optional<TokenStore> unreachable() {
    Path missing = folder.resolve("missing").resolve("tokens.db");
    return Optional.of(new SqliteTokenStore(missing, Duration.ofSeconds(1)));
  }

  @Override
  public Optional<AutoCloseable> hold() {
    try {
      Connection writing = DriverManager.getConnection("jdbc:sqlite:" + file());
      try (Statement statement = writing.createStatement()) {
        statement.execute("begin immediate");
      }
      return Optional.of(writing);
    } catch (SQLException e) {
      throw new AssertionError("the file cannot be locked", e);
    }
  }

  @Override
  public boolean damage(TokenId id) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        PreparedStatement update =
            connection.prepareStatement("update token_row set value = x'00' where key = ?")) {
      update.setString(1, "r" + HexFormat.of().formatHex(id.bytes()));
      return update.executeUpdate() == 1;
    } catch (SQLException e) {
      throw new AssertionError("the row cannot be damaged", e);
    }
  }

  private Path file() {
    return folder.resolve("tokens.db");
  }
}
