package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinesTest {

  /** The format is in people's databases. */
  @Test
  void textsAreLinesWithEscapes() {
    assertThat(Lines.of(List.of("admin", "a\\b\nc", ""))).isEqualTo("admin\na\\\\b\\nc\n\n");
    assertThat(Lines.of(Map.of("tenant", "7"))).isEqualTo("tenant\n7\n");
    assertThat(Lines.of(List.of())).isEmpty();
  }

  @Test
  void noTextAndAnEmptyTextAreTwoThings() {
    assertThat(Lines.texts("")).isEmpty();
    assertThat(Lines.texts("\n")).containsExactly("");
    assertThat(Lines.pairs("\n\n")).isEqualTo(Map.of("", ""));
  }

  @Test
  void anyTextsComeBack() {
    Random random = new Random(1);
    for (int round = 0; round < 2_000; round++) {
      List<String> texts = new ArrayList<>();
      for (int number = random.nextInt(5); number > 0; number--) {
        texts.add(text(random));
      }
      assertThat(Lines.texts(Lines.of(texts))).isEqualTo(texts);
    }
  }

  @Test
  void whatWasCutOffIsNotRead() {
    assertThatIllegalArgumentException().isThrownBy(() -> Lines.texts("admin\nus"));
    assertThatIllegalArgumentException().isThrownBy(() -> Lines.pairs("tenant\n7\ncity\n"));
  }

  private static String text(Random random) {
    List<String> pieces = List.of("\\", "\n", "n", "\\n", "\r", "\u2028", "\ud83d\ude00", "x", " ");
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(6); length > 0; length--) {
      text.append(pieces.get(random.nextInt(pieces.size())));
    }
    return text.toString();
  }
}
