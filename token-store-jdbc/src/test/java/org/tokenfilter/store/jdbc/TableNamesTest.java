package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableNamesTest {

  @Test
  void prefixMayStartWithASchema() {
    assertThat(new TableNames("").sql("${prefix}token_mark")).isEqualTo("token_mark");
    assertThat(new TableNames("app_").sql("${prefix}t ${name}t")).isEqualTo("app_t app_t");
    assertThat(new TableNames("auth.app_").sql("${prefix}t ${name}t"))
        .isEqualTo("auth.app_t app_t");
    assertThat(new TableNames("auth.").sql("${prefix}t ${name}t")).isEqualTo("auth.t t");
  }

  @Test
  void invalidPrefixIsRefused() {
    for (String wrong :
        List.of(
            "a-b",
            "1a",
            "a.b.c",
            ".a",
            " ",
            "a b",
            "a;",
            "a'",
            "a\"",
            "\u00e4_",
            "a\n",
            "x".repeat(41))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new TableNames(wrong))
          .withMessageContaining("table-prefix")
          .withMessageContaining(wrong);
    }
  }
}
