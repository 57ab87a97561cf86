package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LaneCursorTest {

  @Test
  void numbersOfAnySizeAreReadBack() {
    LaneCursor cursor = new LaneCursor();
    for (int lane = 0; lane < LaneCursor.LANES; lane++) {
      cursor.set(lane, lane == 63 ? Long.MAX_VALUE : 1L << lane, -lane);
    }
    LaneCursor read = Objects.requireNonNull(LaneCursor.parse(cursor.text()));
    for (int lane = 0; lane < LaneCursor.LANES; lane++) {
      assertThat(read.number(lane)).isEqualTo(cursor.number(lane));
      assertThat(read.stamp(lane)).isEqualTo(-lane);
    }
  }

  @Test
  void copyIsIndependent() {
    LaneCursor cursor = new LaneCursor();
    cursor.copy().set(1, 5, 6);
    assertThat(cursor.number(1)).isZero();
  }

  @Test
  void otherTextsAreNoCursors() {
    String text = new LaneCursor().text();
    for (String other :
        List.of("", "?", "AA", text.substring(4), text + "AAAA", "B" + text.substring(1))) {
      assertThat(LaneCursor.parse(other)).as(other).isNull();
    }
  }
}
