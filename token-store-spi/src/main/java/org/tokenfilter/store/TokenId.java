package org.tokenfilter.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/**
 * The handle of a record: 32 bytes, shown as 43 characters of base64url. Not a secret: it may be
 * shown and logged, and nothing can be opened with it.
 *
 * <p>Ids are ordered by their bytes, unsigned; stores lock in this order. Immutable.
 */
public final class TokenId implements Comparable<TokenId> {

  /** How many bytes an id has. */
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
   * The id with these bytes.
   *
   * @throws IllegalArgumentException unless there are 32
   */
  public static TokenId of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a token id has 32 bytes, not " + bytes.length);
    }
    return new TokenId(
        (long) LONGS.get(bytes, 0),
        (long) LONGS.get(bytes, Long.BYTES),
        (long) LONGS.get(bytes, 2 * Long.BYTES),
        (long) LONGS.get(bytes, 3 * Long.BYTES));
  }

  /**
   * The id that {@link #toString()} writes so. One id has one text: any other spelling is refused.
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
    throw new IllegalArgumentException("a token id has 43 characters of canonical base64url");
  }

  /** The 32 bytes, a new array for each call. */
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

  /** Ids are random or digests, so any 32 bits of them are as good as all. */
  @Override
  public int hashCode() {
    return (int) a;
  }

  /** The id as 43 characters of base64url, without padding. */
  @Override
  public String toString() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes());
  }
}
