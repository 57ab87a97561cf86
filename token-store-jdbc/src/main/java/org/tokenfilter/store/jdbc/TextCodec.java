package org.tokenfilter.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The form of texts in columns: the database's own, or bytes of UTF-8 where a character set or a
 * collation of the server, the connection or the driver could change or confuse them.
 *
 * @param bytes whether texts are bytes
 */
record TextCodec(boolean bytes) {

  /** Returns the value to bind for a text. */
  @Nullable Object value(@Nullable String text) {
    return text == null || !bytes ? text : text.getBytes(UTF_8);
  }

  /**
   * Reads a text.
   *
   * @throws UnreadableRecordException if the bytes are not UTF-8
   */
  @Nullable String readOrNull(ResultSet row, String column) throws SQLException {
    if (!bytes) {
      return row.getString(column);
    }
    byte[] stored = row.getBytes(column);
    try {
      return stored == null ? null : UTF_8.newDecoder().decode(ByteBuffer.wrap(stored)).toString();
    } catch (CharacterCodingException e) {
      throw new UnreadableRecordException("its column " + column + " is not UTF-8", e);
    }
  }

  /** Reads a text, which is empty if the column is null. */
  String read(ResultSet row, String column) throws SQLException {
    String text = readOrNull(row, column);
    return text == null ? "" : text;
  }
}
