package org.tokenfilter.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TokenIdTest {

  @Test
  void textIsBase64UrlWithoutPadding() {
    assertThat(filled(0xff)).hasToString("_".repeat(42) + "8");
    assertThat(filled(0)).hasToString("A".repeat(43));
  }

  @Test
  void parseReadsTheTextOfToString() {
    TokenId id = filled(0x9c);

    assertThat(TokenId.parse(id.toString())).isEqualTo(id).hasSameHashCodeAs(id);
    assertThat(TokenId.of(id.bytes())).isEqualTo(id);
  }

  @Test
  void parseRefusesNonCanonicalText() {
    String canonical = "A".repeat(43);
    List<String> others =
        List.of(
            "",
            "A".repeat(42),
            "A".repeat(44),
            canonical + "=",
            // The last character holds two unused bits, which must be zero.
            "A".repeat(42) + "B",
            "A".repeat(42) + "+",
            "A".repeat(42) + "/",
            "A".repeat(42) + " ",
            "A".repeat(42) + "=",
            "A".repeat(42) + "\n",
            "A".repeat(42) + "\u0410");

    assertThat(others)
        .allSatisfy(
            text -> assertThatIllegalArgumentException().isThrownBy(() -> TokenId.parse(text)));
  }

  @Test
  void bytesOfAnotherLengthAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> TokenId.of(new byte[31]));
    assertThatIllegalArgumentException().isThrownBy(() -> TokenId.of(new byte[33]));
  }

  @Test
  void bytesAreCopiedBothWays() {
    byte[] bytes = new byte[TokenId.LENGTH];
    TokenId id = TokenId.of(bytes);
    bytes[0] = 1;
    id.bytes()[1] = 1;

    assertThat(id).isEqualTo(filled(0));
  }

  @Test
  void idsDifferByEveryBit() {
    assertThat(Stream.concat(Stream.of(filled(0)), idsWithOneBit().stream()))
        .doesNotHaveDuplicates();
  }

  @Test
  void orderIsThatOfTheUnsignedBytes() {
    List<TokenId> ids =
        Stream.concat(idsWithOneBit().stream(), Stream.of(filled(0xff), filled(0x80), filled(0x7f)))
            .toList();

    assertThat(ids.stream().sorted().map(TokenId::bytes))
        .isSortedAccordingTo(Arrays::compareUnsigned);
    assertThat(filled(0x7f)).isLessThan(filled(0x80));
    assertThat(filled(0x80)).isEqualByComparingTo(filled(0x80));
  }

  private static List<TokenId> idsWithOneBit() {
    return Stream.iterate(0, bit -> bit < TokenId.LENGTH * 8, bit -> bit + 1)
        .map(
            bit -> {
              byte[] bytes = new byte[TokenId.LENGTH];
              bytes[bit / 8] = (byte) (1 << bit % 8);
              return TokenId.of(bytes);
            })
        .toList();
  }

  private static TokenId filled(int value) {
    byte[] bytes = new byte[TokenId.LENGTH];
    Arrays.fill(bytes, (byte) value);
    return TokenId.of(bytes);
  }
}
