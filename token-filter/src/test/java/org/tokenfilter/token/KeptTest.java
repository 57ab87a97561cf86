package org.tokenfilter.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class KeptTest {

  private final Kept<Object> kept = new Kept<>();

  @Test
  void nothingIsThereBeforeSomethingIsKept() {
    assertThat(kept.take()).isNull();
  }

  @Test
  void whatIsTakenIsNobodyElsesUntilItIsPutBack() {
    Object thing = new Object();
    kept.put(thing);
    assertThat(kept.take()).isSameAs(thing);
    assertThat(kept.take()).isNull();
    kept.put(thing);
    assertThat(kept.take()).isSameAs(thing);
  }

  @Test
  void whatFindsNoPlaceIsDropped() {
    for (int i = 0; i <= Kept.MOST; i++) {
      kept.put(new Object());
    }
    Set<Object> found = new HashSet<>();
    for (Object thing = kept.take(); thing != null; thing = kept.take()) {
      found.add(thing);
    }
    assertThat(found).hasSize(Kept.MOST);
  }
}
