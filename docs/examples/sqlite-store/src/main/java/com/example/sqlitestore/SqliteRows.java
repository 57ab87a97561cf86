package com.example.sqlitestore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tokenfilter.store.base.Rows;

/** The rows of a transaction. SQLite compares text by its bytes unless told otherwise. */
record SqliteRows(Connection connection) implements Rows {

  @Override
  public Map<String, byte[]> get(Collection<String> keys) throws SQLException {
    Map<String, byte[]> found = new HashMap<>();
    try (PreparedStatement select = prepare("select value from token_row where key = ?")) {
      for (String key : keys) {
        select.setString(1, key);
        try (ResultSet row = select.executeQuery()) {
          if (row.next()) {
            found.put(key, row.getBytes(1));
          }
        }
      }
    }
    return found;
  }

  @Override
  public List<String> keys(String from, String to, int limit) throws SQLException {
    String sql = "select key from token_row where key >= ? and key < ? order by key limit ?";
    List<String> keys = new ArrayList<>();
    try (PreparedStatement select = prepare(sql)) {
      select.setString(1, from);
      select.setString(2, to);
      select.setInt(3, limit);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          keys.add(row.getString(1));
        }
      }
    }
    return keys;
  }

  @Override
  public void put(String key, byte[] value) throws SQLException {
    try (PreparedStatement put = prepare("insert or replace into token_row values (?, ?)")) {
      put.setString(1, key);
      put.setBytes(2, value);
      put.executeUpdate();
    }
  }

  @Override
  public void delete(String key) throws SQLException {
    try (PreparedStatement delete = prepare("delete from token_row where key = ?")) {
      delete.setString(1, key);
      delete.executeUpdate();
    }
  }

  private PreparedStatement prepare(String sql) throws SQLException {
    return connection.prepareStatement(sql);
  }
}
