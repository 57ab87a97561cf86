package org.tokenfilter.store.base;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;

/**
 * A writer of bytes that tell their format and whether they are whole: the number of the format,
 * the content, and its CRC-32C. Not thread-safe.
 */
final class FrameWriter {

  private static final int BITS_PER_BYTE = 7;
  private static final int CONTINUED = 0x80;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);

  FrameWriter(int format) {
    out.write(format);
  }

  /** Writes a number in 1 to 10 bytes; numbers near to zero are short. */
  FrameWriter number(long number) {
    long rest = (number << 1) ^ (number >> (Long.SIZE - 1));
    while ((rest & ~(CONTINUED - 1L)) != 0) {
      out.write((int) (rest & (CONTINUED - 1)) | CONTINUED);
      rest >>>= BITS_PER_BYTE;
    }
    out.write((int) rest);
    return this;
  }

  /** Writes a number whose size says nothing, in 8 bytes. */
  FrameWriter random(long number) {
    return bytes(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
  }

  FrameWriter bytes(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  FrameWriter id(TokenId id) {
    return bytes(id.bytes());
  }

  FrameWriter time(Instant time) {
    return number(time.getEpochSecond()).number(time.getNano() / NANOS_PER_MILLI);
  }

  FrameWriter text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return number(bytes.length).bytes(bytes);
  }

  FrameWriter texts(Collection<String> texts) {
    number(texts.size());
    texts.forEach(this::text);
    return this;
  }

  /** Writes whether there is a value, and the value. */
  <T> FrameWriter optional(@Nullable T value, Consumer<T> writer) {
    number(value == null ? 0 : 1);
    if (value != null) {
      writer.accept(value);
    }
    return this;
  }

  /** Returns all bytes. Nothing can be written after that. */
  byte[] finish() {
    CRC32C sum = new CRC32C();
    sum.update(out.toByteArray());
    return bytes(ByteBuffer.allocate(Integer.BYTES).putInt((int) sum.getValue()).array())
        .out
        .toByteArray();
  }
}
