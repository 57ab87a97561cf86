package org.tokenfilter.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.codec.CraftedTokens;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.testsupport.forgery.TokenForge;

class ContentKeyTest {

  private static final ContentEncryption CBC = ContentEncryption.A128CBC_HS256;

  @Test
  void aNameIsOneTo64CharactersOfItsAlphabet() {
    for (String kid : List.of("k", "k1", "2026-11-22", "a.b_c-D", "x".repeat(64))) {
      assertThat(CraftedTokens.key(kid, CBC, ContentKey.State.ACTIVE).kid()).isEqualTo(kid);
    }
    for (String kid :
        List.of("", " ", "k 1", "k/1", "../k", "k1\n", "k\u0000", "ключ", "k\"", "x".repeat(65))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CraftedTokens.key(kid, CBC, ContentKey.State.ACTIVE))
          .withMessage("kid must have 1 to 64 characters of A-Z a-z 0-9 . _ -");
    }
  }

  @Test
  void requiresTheKeyLengthOfItsEncryption() {
    for (ContentEncryption encryption : ContentEncryption.values()) {
      for (int length : new int[] {0, 1, 16, 31, 33, 48, 63, 65}) {
        byte[] bytes = TokenForge.bytes("k1", length);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> new ContentKey("k1", encryption, ContentKey.State.ACTIVE, bytes))
            .withMessage(
                "key 'k1' has %d bytes, but %s needs %d"
                    .formatted(length, encryption, encryption.keyLength()));
      }
    }
  }

  @Test
  void refusesKeyOfEqualBytes() {
    for (int value : new int[] {0, 1, 'a', 0xff}) {
      byte[] bytes = new byte[32];
      Arrays.fill(bytes, (byte) value);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new ContentKey("k1", CBC, ContentKey.State.ACTIVE, bytes))
          .withMessage("key 'k1' is weak: all of its bytes are equal");
    }
  }

  @Test
  void copiesItsBytes() {
    byte[] bytes = TokenForge.bytes("k1", 32);
    ContentKey key = new ContentKey("k1", CBC, ContentKey.State.ACTIVE, bytes);
    bytes[0]++;
    key.bytes()[1]++;
    assertThat(key.bytes()).isEqualTo(TokenForge.bytes("k1", 32));
  }

  @Test
  void twoNewKeysDiffer() {
    SecureRandom random = new SecureRandom();
    ContentKey one = ContentKey.random("k1", CBC, ContentKey.State.ACTIVE, random);
    ContentKey other = ContentKey.random("k1", CBC, ContentKey.State.ACTIVE, random);
    assertThat(one.hasSameBytes(one)).isTrue();
    assertThat(one.hasSameBytes(other)).isFalse();
  }

  @Test
  void rfc7638_theThumbprintIsTheOneOfTheJwk() throws Exception {
    for (ContentEncryption encryption : ContentEncryption.values()) {
      ContentKey key = CraftedTokens.key("k1", encryption, ContentKey.State.ACTIVE);
      assertThat(key.thumbprint())
          .isEqualTo(
              new OctetSequenceKey.Builder(key.bytes()).build().computeThumbprint().toString());
    }
  }

  @Test
  void aKeyInAnotherStateIsTheSameKey() {
    ContentKey key = CraftedTokens.key("k1", CBC, ContentKey.State.ACTIVE);
    ContentKey moved = key.withState(ContentKey.State.ACCEPT);
    assertThat(moved).hasToString("k1 accept A128CBC-HS256");
    assertThat(moved.hasSameBytes(key)).isTrue();
    assertThat(key).hasToString("k1 active A128CBC-HS256");
  }

  @Test
  void aStateIsWrittenAsInAKeyFile() {
    assertThat(List.of(ContentKey.State.values()))
        .extracting(ContentKey.State::toString)
        .containsExactly("staged", "active", "accept", "retired");
    for (ContentKey.State state : ContentKey.State.values()) {
      assertThat(ContentKey.State.of(state.toString())).isEqualTo(state);
    }
    for (String name : List.of("", "ACTIVE", "Active", "accepted", "active ")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ContentKey.State.of(name))
          .withMessage("not one of staged, active, accept, retired");
    }
  }

  @Test
  void p04_noTextShowsAKey() {
    ContentKey key = CraftedTokens.K1;
    KeyRing ring = KeyRing.of(List.of(key));
    assertThat(key).hasToString("k1 active A128CBC-HS256");
    assertThat(ring).hasToString("KeyRing[k1 active A128CBC-HS256]");
    for (Object each : List.of(key, ring, CraftedTokens.cipher(key), CraftedTokens.codec(key))) {
      assertThat(each.toString())
          .doesNotContain(Base64Url.encode(key.bytes()))
          .doesNotContain(HexFormat.of().formatHex(key.bytes()))
          .doesNotContain(Arrays.toString(key.bytes()));
    }
  }

  @Test
  void keepsCreationTimeToTheSecond() {
    ContentKey key = CraftedTokens.key("k1", CBC, ContentKey.State.STAGED);
    assertThat(key.createdAt()).isNull();
    assertThat(key.withState(ContentKey.State.ACTIVE).createdAt()).isNull();
    ContentKey dated = key.createdAt(Instant.parse("2026-11-22T10:00:00.999Z"));
    assertThat(dated.withState(ContentKey.State.ACTIVE).createdAt())
        .isEqualTo("2026-11-22T10:00:00Z");
    assertThat(dated.hasSameBytes(key)).isTrue();
    assertThat(dated.thumbprint()).isEqualTo(key.thumbprint());
    for (Instant never :
        List.of(Instant.EPOCH.minusMillis(1), ContentKey.MAX_CREATED_AT.plusMillis(1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> key.createdAt(never))
          .withMessage("key 'k1': the creation time must be in the years 1970 to 9999");
    }
  }
}
