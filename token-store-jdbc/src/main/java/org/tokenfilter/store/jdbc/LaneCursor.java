package org.tokenfilter.store.jdbc;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A cursor of {@link LaneFeed}: the number and the stamp of the last change that was returned of
 * each lane. Not thread-safe.
 */
final class LaneCursor {

  /** The number of lanes, as in the schema scripts. */
  static final int LANES = 64;

  private static final int MAX_BYTES = LANES * (Long.BYTES + Integer.BYTES) + 1;
  private static final byte VERSION = 1;

  private final long[] numbers = new long[LANES];
  private final int[] stamps = new int[LANES];

  long number(int lane) {
    return numbers[lane];
  }

  int stamp(int lane) {
    return stamps[lane];
  }

  void set(int lane, long number, int stamp) {
    numbers[lane] = number;
    stamps[lane] = stamp;
  }

  LaneCursor copy() {
    LaneCursor copy = new LaneCursor();
    for (int lane = 0; lane < LANES; lane++) {
      copy.set(lane, numbers[lane], stamps[lane]);
    }
    return copy;
  }

  /** Returns the text form, of some 700 characters. */
  String text() {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES + LANES);
    bytes.put(VERSION);
    for (int lane = 0; lane < LANES; lane++) {
      long rest = numbers[lane];
      // Seven bits in each byte, the lowest first; the highest bit says that more follow.
      while (rest > 0x7F) {
        bytes.put((byte) (rest | 0x80));
        rest >>>= 7;
      }
      bytes.put((byte) rest);
      bytes.putInt(stamps[lane]);
    }
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Arrays.copyOf(bytes.array(), bytes.position()));
  }

  /** Parses a cursor; returns null if the text is not one. */
  static @Nullable LaneCursor parse(String text) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      if (bytes.get() != VERSION) {
        return null;
      }
      LaneCursor cursor = new LaneCursor();
      for (int lane = 0; lane < LANES; lane++) {
        cursor.set(lane, number(bytes), bytes.getInt());
      }
      return bytes.hasRemaining() ? null : cursor;
    } catch (IllegalArgumentException | BufferUnderflowException foreign) {
      return null;
    }
  }

  private static long number(ByteBuffer bytes) {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = bytes.get();
      number |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return number;
      }
    }
    throw new IllegalArgumentException("a number has too many bytes");
  }
}
