package org.tokenfilter.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/**
 * The id of a token and of its record: 32 bytes, written as 43 characters of base64url. It is not a
 * secret: it may be shown and logged, and it grants no access.
 *
 * <p>Ids are ordered by their unsigned bytes; stores lock records in this order. Immutable.
 */
public final class TokenId implements Comparable<TokenId> {

  /** The length of an id in bytes. */
  public static final int LENGTH = 32;

  private static final int TEXT_LENGTH = 43;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final long a;
  private final long b;
  private final long c;
  private final long d;

  private TokenId(long a, long b, long c, long d) {
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
  }

  /**
   * Returns the id with the given bytes.
   *
   * @throws IllegalArgumentException if there are not exactly 32 bytes
   */
  public static TokenId of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("token id must have 32 bytes, not " + bytes.length);
    }
    return new TokenId(
        (long) LONGS.get(bytes, 0),
        (long) LONGS.get(bytes, Long.BYTES),
        (long) LONGS.get(bytes, 2 * Long.BYTES),
        (long) LONGS.get(bytes, 3 * Long.BYTES));
  }

  /**
   * Returns the id with the given text, the inverse of {@link #toString()}. Each id has exactly one
   * text; non-canonical encodings are rejected.
   *
   * @throws IllegalArgumentException if the text is not 43 characters of canonical base64url
   */
  public static TokenId parse(String text) {
    if (text.length() == TEXT_LENGTH) {
      TokenId id = of(Base64.getUrlDecoder().decode(text));
      if (id.toString().equals(text)) {
        return id;
      }
    }
    throw new IllegalArgumentException("token id must be 43 characters of canonical base64url");
  }

  /** Returns the 32 bytes, in a new array. */
  public byte[] bytes() {
    return ByteBuffer.allocate(LENGTH).putLong(a).putLong(b).putLong(c).putLong(d).array();
  }

  @Override
  public int compareTo(TokenId other) {
    int order = Long.compareUnsigned(a, other.a);
    order = order != 0 ? order : Long.compareUnsigned(b, other.b);
    order = order != 0 ? order : Long.compareUnsigned(c, other.c);
    return order != 0 ? order : Long.compareUnsigned(d, other.d);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenId id && a == id.a && b == id.b && c == id.c && d == id.d;
  }

  /** Returns 32 bits of the id, which are well distributed: ids are random or digests. */
  @Override
  public int hashCode() {
    return (int) a;
  }

  /** Returns the id as 43 characters of base64url, without padding. */
  @Override
  public String toString() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes());
  }
}
