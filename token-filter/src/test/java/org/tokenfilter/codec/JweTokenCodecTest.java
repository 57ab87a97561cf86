package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.codec.CraftedTokens.AUDIENCE;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.ID;
import static org.tokenfilter.codec.CraftedTokens.ISSUED;
import static org.tokenfilter.codec.CraftedTokens.K1;
import static org.tokenfilter.codec.CraftedTokens.assertRefused;
import static org.tokenfilter.codec.CraftedTokens.codec;
import static org.tokenfilter.codec.CraftedTokens.key;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.testsupport.forgery.TokenForge;
import org.tokenfilter.token.TokenRejectedException;

class JweTokenCodecTest {

  private static final KeyRing RING = KeyRing.of(List.of(K1));

  @Test
  void decodesItsTokensOfAllEncryptionsAndKinds() throws Exception {
    for (ContentEncryption encryption : ContentEncryption.values()) {
      JweTokenCodec codec = codec(key("k1", encryption, ContentKey.State.ACTIVE));
      for (TokenKind kind : TokenKind.values()) {
        for (Instant expiresAt : List.of(ISSUED, ISSUED.plusSeconds(1))) {
          TokenClaims claims = new TokenClaims(ID, kind, AUDIENCE, ISSUED, expiresAt);
          assertThat(codec.decode(codec.encode(claims))).isEqualTo(claims);
        }
        TokenClaims forEver = new TokenClaims(ID, kind, AUDIENCE, ISSUED, null);
        assertThat(codec.decode(codec.encode(forEver))).isEqualTo(forEver);
      }
    }
  }

  @Test
  void encodesHeaderAndClaimsCanonically() throws Exception {
    String token = codec(K1).encode(CLAIMS);
    ContentCipher cipher = new RingCiphers(RING).activeCipher();
    assertThat(TokenForge.parts(token))
        .hasSize(5)
        .startsWith(Base64Url.encode(TokenForge.HEADER_JSON), "");
    assertThat(CraftedTokens.bytes(cipher.decrypt(CompactJwe.parse(token))))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(CraftedTokens.CLAIMS_JSON);
  }

  @Test
  void tokenWithoutExpiryHasNoExp() throws Exception {
    TokenClaims claims = new TokenClaims(ID, TokenKind.OPEN, AUDIENCE, ISSUED, null);
    assertThat(
            CraftedTokens.bytes(
                new RingCiphers(RING)
                    .activeCipher()
                    .decrypt(CompactJwe.parse(codec(K1).encode(claims)))))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("{\"jti\":\"" + ID + "\",\"k\":\"o\",\"aud\":\"/orders\",\"iat\":1790000000}");
  }

  /** P14: the goal is at most 280 characters. */
  @Test
  void theSessionTokenOfAliceHas260Characters() {
    TokenRecord record =
        TokenRecord.builder(ID, TokenKind.SESSION, "alice", ISSUED)
            .expiresAt(ISSUED.plus(Duration.ofDays(7)))
            .build();
    assertThat(codec(K1).encode(TokenClaims.of(record, AUDIENCE))).hasSize(260);
  }

  @Test
  void decodesTheLongestTokenThatItEncodes() throws Exception {
    for (String character : List.of("x", "\"", "\u4e16", "\u00e9")) {
      String audience = character.repeat(128);
      String kid = "x".repeat(64);
      for (ContentEncryption encryption : ContentEncryption.values()) {
        KeyRing ring = KeyRing.of(List.of(key(kid, encryption, ContentKey.State.ACTIVE)));
        JweTokenCodec codec = new JweTokenCodec(() -> ring, audience, new SecureRandom());
        Instant end = Instant.parse("9999-12-31T23:59:59Z");
        TokenClaims claims = new TokenClaims(ID, TokenKind.USER, audience, end, end);
        assertThat(codec.decode(codec.encode(claims))).isEqualTo(claims);
      }
    }
  }

  @Test
  void twoTokensOfTheSameClaimsShareNothingButTheHeader() {
    Set<String> parts = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      parts.addAll(TokenForge.parts(codec(K1).encode(CLAIMS)));
    }
    assertThat(parts).hasSize(2 + 3 * 100);
  }

  @Test
  void refusesToEncodeInvalidClaims() {
    Instant tooLate = Instant.parse("+10000-01-01T00:00:00Z");
    for (TokenClaims claims :
        List.of(
            new TokenClaims(ID, TokenKind.OPEN, "/others", ISSUED, null),
            new TokenClaims(ID, TokenKind.OPEN, AUDIENCE, Instant.EPOCH, null),
            new TokenClaims(
                ID, TokenKind.OPEN, AUDIENCE, ISSUED.minusSeconds(9_000_000_000L), null),
            new TokenClaims(ID, TokenKind.OPEN, AUDIENCE, tooLate, null),
            new TokenClaims(ID, TokenKind.OPEN, AUDIENCE, ISSUED, tooLate),
            new TokenClaims(ID, TokenKind.OPEN, AUDIENCE, ISSUED, Instant.MAX),
            new TokenClaims(ID, TokenKind.OPEN, AUDIENCE, ISSUED, ISSUED.minusSeconds(1)))) {
      assertThatIllegalArgumentException().isThrownBy(() -> codec(K1).encode(claims));
    }
  }

  @Test
  void anAudienceIsReadableTextOfBoundedLength() {
    for (String audience :
        List.of("", "x".repeat(129), "a\nb", "\u0000", "\u007f", "\ud83d", "\ude00x")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new JweTokenCodec(() -> RING, audience, new SecureRandom()))
          .withMessage(
              "audience must be Unicode text of 1 to 128 characters without control characters");
    }
  }

  @Test
  void c30_theTokenOfAnotherApplicationWithTheSameKeysIsRefused() throws Exception {
    for (String other : List.of("ROOT", "/Orders", "/orders/", "/order", "/orders\u200b")) {
      JweTokenCodec others = new JweTokenCodec(() -> RING, other, new SecureRandom());
      TokenClaims claims = new TokenClaims(ID, TokenKind.SESSION, other, ISSUED, null);
      assertThat(others.decode(others.encode(claims))).isEqualTo(claims);
      assertRefused(codec(K1), others.encode(claims));
      assertRefused(others, codec(K1).encode(CLAIMS));
    }
  }

  @Test
  void servesManyThreadsAtOnce() throws Exception {
    JweTokenCodec codec = codec(K1);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Instant expiresAt = ISSUED.plusSeconds(i);
        all.add(threads.submit(() -> allRoundTrip(codec, expiresAt)));
      }
      for (Future<Boolean> each : all) {
        assertThat(each.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static boolean allRoundTrip(JweTokenCodec codec, Instant expiresAt)
      throws TokenRejectedException {
    TokenClaims claims = new TokenClaims(ID, TokenKind.USER, AUDIENCE, ISSUED, expiresAt);
    boolean same = true;
    for (int i = 0; i < 500; i++) {
      same &= codec.decode(codec.encode(claims)).equals(claims);
    }
    return same;
  }
}
