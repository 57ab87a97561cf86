package org.tokenfilter.store.base;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;

/**
 * A reader of the bytes of a {@link FrameWriter}. Its methods throw a {@link RuntimeException} if
 * the content is not of the expected form. Not thread-safe.
 */
final class FrameReader {

  private static final int BITS_PER_BYTE = 7;
  private static final int CONTINUED = 0x80;
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int MILLIS_PER_SECOND = 1_000;
  private static final int SHORTEST = 1 + Integer.BYTES;

  private final ByteBuffer in;

  /** Reads a value of the content. */
  interface Content<T> {
    T read(FrameReader in);
  }

  private FrameReader(ByteBuffer in) {
    this.in = in;
  }

  /**
   * Reads all of the content.
   *
   * @throws UnreadableRecordException if the bytes are damaged, or of another format
   */
  static <T> T read(byte[] bytes, int format, Content<T> content) throws UnreadableRecordException {
    if (bytes.length < SHORTEST) {
      throw new UnreadableRecordException("only " + bytes.length + " bytes of it are there", null);
    }
    if (bytes[0] != format) {
      throw new UnreadableRecordException(
          "its format is %d, but this edition knows %d only; use the edition that wrote it"
              .formatted(bytes[0] & 0xff, format),
          null);
    }
    int end = bytes.length - Integer.BYTES;
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, end);
    if ((int) sum.getValue() != ByteBuffer.wrap(bytes).getInt(end)) {
      throw new UnreadableRecordException("its bytes are damaged: the checksum differs", null);
    }
    try {
      FrameReader reader = new FrameReader(ByteBuffer.wrap(bytes, 1, end - 1));
      T value = content.read(reader);
      require(!reader.in.hasRemaining(), "there are bytes after the end");
      return value;
    } catch (RuntimeException malformed) {
      throw new UnreadableRecordException("its content is invalid", malformed);
    }
  }

  long number() {
    long raw = 0;
    for (int shift = 0; ; shift += BITS_PER_BYTE) {
      byte next = in.get();
      require(shift < Long.SIZE - 1 || (next & ~1) == 0, "a number is too large");
      require(shift == 0 || next != 0, "a number is longer than needed");
      raw |= (long) (next & (CONTINUED - 1)) << shift;
      if (next >= 0) {
        return (raw >>> 1) ^ -(raw & 1);
      }
    }
  }

  /** Reads a number from 0 to a maximum. */
  int number(int max) {
    long number = number();
    require(number >= 0 && number <= max, "a number is out of its range");
    return (int) number;
  }

  long random() {
    return in.getLong();
  }

  byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  TokenId id() {
    return TokenId.of(bytes(TokenId.LENGTH));
  }

  Instant time() {
    long second = number();
    return Instant.ofEpochSecond(second, number(MILLIS_PER_SECOND - 1) * NANOS_PER_MILLI);
  }

  String text() {
    ByteBuffer encoded = ByteBuffer.wrap(bytes(number(in.remaining())));
    try {
      // Strict: a new decoder reports what is no UTF-8.
      return StandardCharsets.UTF_8.newDecoder().decode(encoded).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("a text is not UTF-8", e);
    }
  }

  List<String> texts() {
    int count = number(in.remaining());
    List<String> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      texts.add(text());
    }
    return texts;
  }

  /** Reads what {@link FrameWriter#optional} has written. */
  <T> @Nullable T optional(Supplier<T> reader) {
    return number(1) == 0 ? null : reader.get();
  }

  static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
