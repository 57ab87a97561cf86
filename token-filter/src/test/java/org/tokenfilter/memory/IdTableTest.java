package org.tokenfilter.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenId;

final class IdTableTest {

  private static final int MANY = 20_000;
  private static final long PLENTY = 1L << 30;

  private final Random random = new Random(7);

  private static TokenId id(long... parts) {
    ByteBuffer bytes = ByteBuffer.allocate(TokenId.LENGTH);
    for (long part : parts) {
      bytes.putLong(part);
    }
    return TokenId.of(bytes.array());
  }

  @Test
  void findsEachIdWithItsNumber() {
    IdTable table = new IdTable(MANY, PLENTY);
    for (int i = 0; i < MANY; i++) {
      table.put(id(i, 0, 0, 0), (byte) (i % 5));
    }
    for (int i = 0; i < MANY; i++) {
      assertThat(table.get(id(i, 0, 0, 0))).isEqualTo(i % 5);
    }
    assertThat(table.size()).isEqualTo(MANY);
  }

  @Test
  void idsThatDifferInOneBitAreDifferent() {
    long[] parts = {random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong()};
    IdTable table = new IdTable(MANY, PLENTY);
    table.put(id(parts), (byte) 1);
    for (int bit = 0; bit < TokenId.LENGTH * Byte.SIZE; bit++) {
      long[] other = parts.clone();
      other[bit / Long.SIZE] ^= 1L << bit % Long.SIZE;
      assertThat(table.get(id(other))).as("bit %d", bit).isEqualTo(IdTable.ABSENT);
    }
  }

  @Test
  void unknownIdsAreAbsent() {
    IdTable table = new IdTable(MANY, PLENTY);
    assertThat(table.get(id(0, 0, 0, 0))).isEqualTo(IdTable.ABSENT);
    for (int i = 0; i < MANY; i++) {
      table.put(id(random.nextLong(), 1, 2, 3), (byte) 0);
    }
    for (int i = 0; i < MANY; i++) {
      assertThat(table.get(id(random.nextLong(), 1, 2, 3))).isEqualTo(IdTable.ABSENT);
    }
  }

  @Test
  void isFullAtTheMaximumNumberOrSize() {
    IdTable byNumber = new IdTable(300, PLENTY);
    int number = 0;
    while (!byNumber.isFull()) {
      byNumber.put(id(number++, 0, 0, 0), (byte) 0);
    }
    assertThat(number).isEqualTo(300);
    assertThatIllegalStateException()
        .isThrownBy(() -> byNumber.put(id(random.nextLong(), 0, 0, 0), (byte) 0));

    IdTable bySize = new IdTable(MANY, 10_000);
    while (!bySize.isFull()) {
      bySize.put(id(number++, 0, 0, 0), (byte) 0);
    }
    assertThat(bySize.bytes()).isBetween(9_000L, 10_000L);
    assertThat(bySize.size()).isBetween(400, 600);
  }
}
