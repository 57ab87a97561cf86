package org.tokenfilter.memory;

import java.nio.ByteBuffer;
import org.tokenfilter.store.TokenId;

/**
 * A compact table of ids, each with a small number. It keeps a digest of 127 bits of each id, in 17
 * bytes and a third more: ids are random or digests themselves, so that no two have the same. It
 * only grows, up to a bound. Not thread-safe.
 *
 * <p>Internal: for the packages of this library only.
 */
public final class IdTable {

  /** The number of an id that is not there. */
  public static final int ABSENT = -1;

  private static final int BYTES_PER_SLOT = 2 * Long.BYTES + Byte.BYTES;
  private static final int MIN_SLOTS = 64;

  /** Of four slots three are used at most, so that a search is short. */
  private static final int USED = 3;

  private static final int OF = 4;

  private static final long ODD = 0x9E3779B97F4A7C15L;
  private static final int HALF = 32;
  private static final int SECOND = Long.BYTES;
  private static final int THIRD = 2 * Long.BYTES;
  private static final int FOURTH = 3 * Long.BYTES;

  private final int maxSlots;
  private long[] keys;
  private byte[] numbers;
  private int size;

  /**
   * Creates an empty table.
   *
   * @param maxIds the maximum number of ids
   * @param maxBytes the maximum heap size; a table of 64 slots is always there
   */
  public IdTable(int maxIds, long maxBytes) {
    long slots = Math.min(maxBytes / BYTES_PER_SLOT, ((long) maxIds * OF + USED - 1) / USED);
    this.maxSlots = (int) Math.max(MIN_SLOTS, slots);
    this.keys = new long[2 * MIN_SLOTS];
    this.numbers = new byte[MIN_SLOTS];
  }

  /** Returns whether no other id fits. */
  public boolean isFull() {
    return numbers.length == maxSlots && isFull(numbers.length);
  }

  private boolean isFull(int slots) {
    return size >= (long) slots * USED / OF;
  }

  /**
   * Adds an id that is not there.
   *
   * @param number the number, not negative
   * @throws IllegalStateException if the table is full
   */
  public void put(TokenId id, byte number) {
    if (isFull()) {
      throw new IllegalStateException("the table of ids is full");
    }
    if (isFull(numbers.length)) {
      grow();
    }
    ByteBuffer bytes = ByteBuffer.wrap(id.bytes());
    long high = high(bytes);
    long low = low(bytes);
    put(slot(high, low), high, low, number);
    size++;
  }

  private void put(int slot, long high, long low, byte number) {
    keys[2 * slot] = high;
    keys[2 * slot + 1] = low;
    numbers[slot] = number;
  }

  /** Returns the number of an id, or {@link #ABSENT}. */
  public int get(TokenId id) {
    ByteBuffer bytes = ByteBuffer.wrap(id.bytes());
    int slot = slot(high(bytes), low(bytes));
    return keys[2 * slot + 1] == 0 ? ABSENT : numbers[slot];
  }

  /** Returns the number of ids. */
  public int size() {
    return size;
  }

  /** Returns the heap size in bytes. */
  public long bytes() {
    return (long) numbers.length * BYTES_PER_SLOT;
  }

  private void grow() {
    long[] before = keys;
    byte[] numbersBefore = numbers;
    int slots = Math.min(maxSlots, 2 * numbers.length);
    keys = new long[2 * slots];
    numbers = new byte[slots];
    for (int i = 0; i < numbersBefore.length; i++) {
      long high = before[2 * i];
      long low = before[2 * i + 1];
      if (low != 0) {
        put(slot(high, low), high, low, numbersBefore[i]);
      }
    }
  }

  /** Returns the slot of a digest, or the free slot where it belongs. */
  private int slot(long high, long low) {
    int slot = (int) (((high >>> HALF) * numbers.length) >>> HALF);
    while (keys[2 * slot + 1] != 0 && (keys[2 * slot] != high || keys[2 * slot + 1] != low)) {
      slot = slot + 1 == numbers.length ? 0 : slot + 1;
    }
    return slot;
  }

  private static long high(ByteBuffer id) {
    return mix(id.getLong(0) + mix(id.getLong(THIRD)));
  }

  /** Returns the other half of the digest, which is never zero: zero is a free slot. */
  private static long low(ByteBuffer id) {
    return mix(id.getLong(SECOND) + mix(id.getLong(FOURTH))) | 1;
  }

  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> HALF)) * ODD;
    return mixed ^ (mixed >>> HALF);
  }
}
