package org.tokenfilter.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MemoryBudgetTest {

  @Test
  void partsDoNotExceedTheWholeBudget() {
    MemoryBudget parts = MemoryBudget.of(1_000_000);
    assertThat(
            parts.tokens() + parts.renewals() + parts.subjects() + parts.events() + parts.ended())
        .isEqualTo(1_000_000);
    assertThat(MemoryBudget.ofHeap(50).tokens())
        .isBetween(Runtime.getRuntime().maxMemory() / 3, Runtime.getRuntime().maxMemory() / 2);
  }
}
