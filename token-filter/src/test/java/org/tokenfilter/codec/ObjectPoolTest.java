package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ObjectPoolTest {

  private final ObjectPool<Object> pool = new ObjectPool<>();

  @Test
  void isEmptyAtFirst() {
    assertThat(pool.take()).isNull();
  }

  @Test
  void lendsAnObjectOnceUntilItIsPutBack() {
    Object thing = new Object();
    pool.put(thing);
    assertThat(pool.take()).isSameAs(thing);
    assertThat(pool.take()).isNull();
    pool.put(thing);
    assertThat(pool.take()).isSameAs(thing);
  }

  @Test
  void dropsObjectsBeyondItsCapacity() {
    for (int i = 0; i <= ObjectPool.CAPACITY; i++) {
      pool.put(new Object());
    }
    Set<Object> found = new HashSet<>();
    for (Object thing = pool.take(); thing != null; thing = pool.take()) {
      found.add(thing);
    }
    assertThat(found).hasSize(ObjectPool.CAPACITY);
  }
}
