package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS_JSON;
import static org.tokenfilter.codec.CraftedTokens.ID;
import static org.tokenfilter.codec.CraftedTokens.ISSUED;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenKind;

class CanonicalClaimsTest {

  private static final CanonicalClaims CANONICAL = canonicalClaims("/orders");

  @Test
  void readsBackItsOwnOutput() {
    for (String audience : List.of("/orders", "\"\\", "\u00e9\u4e16\ud83d\ude00", ",\"exp\":1}")) {
      for (TokenKind kind : TokenKind.values()) {
        for (long seconds : new long[] {1, 9, 10, 1_790_000_000, 253_402_300_799L}) {
          Instant time = Instant.ofEpochSecond(seconds);
          for (Instant end : Arrays.asList(null, ISSUED, time)) {
            TokenClaims claims = new TokenClaims(ID, kind, audience, time, end);
            CanonicalClaims canonical = canonicalClaims(audience);
            assertThat(read(canonical, canonical.write(claims))).isEqualTo(claims);
          }
        }
      }
    }
  }

  @Test
  void writesTheClaimsOfATokenCanonically() {
    assertThat(CANONICAL.write(CLAIMS)).asString(StandardCharsets.UTF_8).isEqualTo(CLAIMS_JSON);
    assertThat(read(CANONICAL, CLAIMS_JSON.getBytes(StandardCharsets.UTF_8))).isEqualTo(CLAIMS);
  }

  /** Other forms of the same claims are left to the JSON parser. */
  @Test
  void leavesOtherFormsToTheParser() {
    for (String other :
        List.of(
            "",
            "{",
            "{}",
            " " + CLAIMS_JSON,
            CLAIMS_JSON + " ",
            CLAIMS_JSON.replace(":\"s\"", ": \"s\""),
            CLAIMS_JSON.replace("/orders", "\\/orders"),
            CLAIMS_JSON.replace("/orders", "/others"),
            CLAIMS_JSON.replace("1790604800", "01790604800"),
            CLAIMS_JSON.replace("1790604800", "-1790604800"),
            CLAIMS_JSON.replace("1790604800", "1790604800.0"),
            CLAIMS_JSON.replace("1790604800", "1790604800000"),
            CLAIMS_JSON.replace("1790604800", "0"),
            CLAIMS_JSON.replace("1790604800", ""),
            CLAIMS_JSON.replace("}", ",\"exp\":1790604800}"))) {
      assertThat(read(CANONICAL, other.getBytes(StandardCharsets.UTF_8))).as(other).isNull();
    }
  }

  /** Replaces, removes and inserts a byte at each position. */
  @Test
  void readsOnlyTheCanonicalForm() {
    byte[] good = CLAIMS_JSON.getBytes(StandardCharsets.UTF_8);
    int read = 0;
    for (int at = 0; at <= good.length; at++) {
      for (int other = 0; other < 256; other++) {
        byte[] longer = new byte[good.length + 1];
        System.arraycopy(good, 0, longer, 0, at);
        longer[at] = (byte) other;
        System.arraycopy(good, at, longer, at + 1, good.length - at);
        read += isRead(longer) ? 1 : 0;
        if (at < good.length) {
          byte[] replaced = good.clone();
          replaced[at] = (byte) other;
          read += isRead(replaced) ? 1 : 0;
        }
      }
      isRead(Arrays.copyOf(good, at));
      isRead(Arrays.copyOfRange(good, at, good.length));
    }
    // Some changes give other valid ids, kinds and times.
    assertThat(read).isGreaterThan(43 * 60);
  }

  private static boolean isRead(byte[] content) {
    @Nullable TokenClaims claims = read(CANONICAL, content);
    if (claims != null && !Arrays.equals(CANONICAL.write(claims), content)) {
      throw new AssertionError(new String(content, StandardCharsets.ISO_8859_1));
    }
    return claims != null;
  }

  /** Reads claims and checks that remains of an earlier token behind them are ignored. */
  private static @Nullable TokenClaims read(CanonicalClaims canonical, byte[] content) {
    TokenClaims alone = canonical.read(content, content.length);
    for (String left : List.of("}", "0}", "\"}", ",\"exp\":1790604800}", CLAIMS_JSON)) {
      byte[] before = left.getBytes(StandardCharsets.UTF_8);
      byte[] buffer = Arrays.copyOf(content, content.length + before.length);
      System.arraycopy(before, 0, buffer, content.length, before.length);
      if (!Objects.equals(canonical.read(buffer, content.length), alone)) {
        throw new AssertionError(new String(buffer, StandardCharsets.ISO_8859_1));
      }
    }
    return alone;
  }

  private static CanonicalClaims canonicalClaims(String audience) {
    return new CanonicalClaims(
        audience, '"' + new String(JsonStringEncoder.getInstance().quoteAsString(audience)) + '"');
  }
}
