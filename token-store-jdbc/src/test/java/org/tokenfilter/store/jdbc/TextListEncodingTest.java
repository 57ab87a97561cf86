package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextListEncodingTest {

  /** The format must not change: existing databases contain it. */
  @Test
  void textsAreEncodedAsEscapedLines() {
    assertThat(TextListEncoding.encode(List.of("admin", "a\\b\nc", "")))
        .isEqualTo("admin\na\\\\b\\nc\n\n");
    assertThat(TextListEncoding.encode(Map.of("tenant", "7"))).isEqualTo("tenant\n7\n");
    assertThat(TextListEncoding.encode(List.of())).isEmpty();
  }

  @Test
  void noTextAndAnEmptyTextDiffer() {
    assertThat(TextListEncoding.decodeList("")).isEmpty();
    assertThat(TextListEncoding.decodeList("\n")).containsExactly("");
    assertThat(TextListEncoding.decodeMap("\n\n")).isEqualTo(Map.of("", ""));
  }

  @Test
  void decodeReturnsTheEncodedTexts() {
    Random random = new Random(1);
    for (int round = 0; round < 2_000; round++) {
      List<String> texts = new ArrayList<>();
      for (int number = random.nextInt(5); number > 0; number--) {
        texts.add(text(random));
      }
      assertThat(TextListEncoding.decodeList(TextListEncoding.encode(texts))).isEqualTo(texts);
    }
  }

  @Test
  void truncatedTextIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> TextListEncoding.decodeList("admin\nus"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextListEncoding.decodeMap("tenant\n7\ncity\n"));
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
