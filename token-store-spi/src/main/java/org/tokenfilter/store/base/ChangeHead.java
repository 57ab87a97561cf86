package org.tokenfilter.store.base;

import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A position in the log of changes; its last one is stored as the head. Immutable.
 *
 * @param next the number of the entry that comes next
 * @param signature the random number of the entry before
 * @param latest the latest time that the log has seen: if a clock is set back, or that of another
 *     node is behind, no change may look too old
 */
record ChangeHead(long next, long signature, Instant latest) {

  private static final int FORMAT = 1;
  private static final int DIGITS = 2 * Long.BYTES;
  private static final char SEPARATOR = '-';

  byte[] write() {
    return new FrameWriter(FORMAT).number(next).random(signature).time(latest).finish();
  }

  static ChangeHead read(byte[] bytes) throws UnreadableRecordException {
    return FrameReader.read(
        bytes, FORMAT, in -> new ChangeHead(in.number(), in.random(), in.time()));
  }

  String cursor() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(next) + SEPARATOR + hex.toHexDigits(signature);
  }

  /** Returns the position of a cursor; null if it is none of this class. */
  static @Nullable ChangeHead parse(String cursor) {
    if (cursor.length() != 2 * DIGITS + 1 || cursor.charAt(DIGITS) != SEPARATOR) {
      return null;
    }
    try {
      return new ChangeHead(
          HexFormat.fromHexDigitsToLong(cursor, 0, DIGITS),
          HexFormat.fromHexDigitsToLong(cursor, DIGITS + 1, cursor.length()),
          Instant.MIN);
    } catch (IllegalArgumentException foreign) {
      return null;
    }
  }
}
