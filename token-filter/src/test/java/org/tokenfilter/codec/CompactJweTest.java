package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The compact serialization of RFC 7516, 7.1. */
final class CompactJweTest {

  @Test
  void splitsPartsAtTheDots() throws Exception {
    CompactJwe read = CompactJwe.parse("AA..BBB.CCCC.DDDDDD");

    assertThat(read.header()).isEqualTo("AA");
    assertThat(read.iv()).isEqualTo("BBB");
    assertThat(read.ciphertext()).isEqualTo("CCCC");
    assertThat(read.tag()).isEqualTo("DDDDDD");
    assertThat(read).isEqualTo(new CompactJwe("AA", "BBB", "CCCC", "DDDDDD"));
  }
}
