package org.tokenfilter.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.assertRefused;
import static org.tokenfilter.codec.CraftedTokens.codec;
import static org.tokenfilter.codec.CraftedTokens.key;
import static org.tokenfilter.keys.ContentEncryption.A128CBC_HS256;
import static org.tokenfilter.keys.ContentEncryption.A256CBC_HS512;
import static org.tokenfilter.keys.ContentEncryption.A256GCM;
import static org.tokenfilter.keys.ContentKey.State.ACCEPT;
import static org.tokenfilter.keys.ContentKey.State.ACTIVE;
import static org.tokenfilter.keys.ContentKey.State.RETIRED;
import static org.tokenfilter.keys.ContentKey.State.STAGED;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.tokenfilter.codec.JweTokenCodec;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.testsupport.forgery.TokenForge;
import org.tokenfilter.token.TokenRejectedException;

class KeyRingTest {

  private static final String OF_K1 = codec(key("k1", A128CBC_HS256, ACTIVE)).encode(CLAIMS);

  @Test
  void hasExactlyOneActiveKey() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeyRing.of(List.of()))
        .withMessage("there is no key");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeyRing.of(List.of(key("k1", A256GCM, ACCEPT))))
        .withMessage("exactly one key must be active, not none");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> KeyRing.of(List.of(key("k1", A256GCM, ACTIVE), key("k2", A256GCM, ACTIVE))))
        .withMessage("exactly one key must be active, not [k1, k2]");
  }

  @Test
  void refusesTwoKeysWithTheSameName() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                KeyRing.of(List.of(key("k1", A256CBC_HS512, ACTIVE), key("k1", A256GCM, RETIRED))))
        .withMessage("two keys have the kid 'k1'");
  }

  @Test
  void refusesTwoKeysWithTheSameBytes() {
    byte[] bytes = key("k1", A256GCM, ACTIVE).bytes();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                KeyRing.of(
                    List.of(
                        key("k1", A256GCM, ACTIVE),
                        new ContentKey("k2", A128CBC_HS256, RETIRED, bytes))))
        .withMessage("keys 'k1' and 'k2' have the same bytes");
  }

  @Test
  void copiesItsKeys() {
    List<ContentKey> keys = new ArrayList<>(List.of(key("k1", A256GCM, ACTIVE)));
    KeyRing ring = KeyRing.of(keys);
    keys.add(key("k2", A256GCM, ACCEPT));
    assertThat(ring.keys()).extracting(ContentKey::kid).containsExactly("k1");
  }

  @Test
  void activeKeyEncryptsAndUnretiredKeysDecrypt() throws TokenRejectedException {
    JweTokenCodec codec =
        codec(
            key("k0", A128CBC_HS256, ACCEPT),
            key("k1", A128CBC_HS256, ACCEPT),
            key("k2", A256GCM, ACTIVE),
            key("k3", A256CBC_HS512, STAGED));
    assertThat(codec.decode(OF_K1)).isEqualTo(CLAIMS);
    assertThat(codec.decode(codec(key("k3", A256CBC_HS512, ACTIVE)).encode(CLAIMS)))
        .isEqualTo(CLAIMS);
    String token = codec.encode(CLAIMS);
    assertThat(codec(key("k2", A256GCM, ACTIVE)).decode(token)).isEqualTo(CLAIMS);
  }

  @Test
  void a22_theTokenOfARetiredKeyIsRefused() {
    assertRefused(
        codec(key("k1", A128CBC_HS256, RETIRED), key("k2", A128CBC_HS256, ACTIVE)), OF_K1);
  }

  @Test
  void a12_refusesTokenOfKeyWithAnotherEncryption() {
    byte[] bytes = key("k1", A128CBC_HS256, ACTIVE).bytes();
    assertRefused(codec(new ContentKey("k1", A256GCM, ACTIVE, bytes)), OF_K1);
  }

  @Test
  void s15_rotationRefusesNoTokenAndUsesTheNewKey() throws Exception {
    List<KeyRing> turns =
        List.of(
            KeyRing.of(List.of(key("k1", A128CBC_HS256, ACTIVE))),
            KeyRing.of(List.of(key("k1", A128CBC_HS256, ACTIVE), key("k2", A256GCM, STAGED))),
            KeyRing.of(List.of(key("k1", A128CBC_HS256, ACCEPT), key("k2", A256GCM, ACTIVE))));
    AtomicReference<KeyRing> ring = new AtomicReference<>(turns.get(0));
    JweTokenCodec codec = new JweTokenCodec(ring::get, CLAIMS.audience(), new SecureRandom());
    List<String> tokens = new ArrayList<>();
    for (KeyRing next : turns) {
      ring.set(next);
      tokens.add(codec.encode(CLAIMS));
      for (String token : tokens) {
        assertThat(codec.decode(token)).isEqualTo(CLAIMS);
      }
    }
    assertThat(tokens)
        .extracting(token -> TokenForge.parts(token).get(0))
        .containsExactly(
            Base64Url.encode(TokenForge.HEADER_JSON),
            Base64Url.encode(TokenForge.HEADER_JSON),
            Base64Url.encode("{\"enc\":\"A256GCM\",\"alg\":\"dir\",\"kid\":\"k2\"}"));
  }

  @Test
  void s16_nodeWithStagedKeyDecryptsTokensOfTheActiveKey() throws Exception {
    JweTokenCodec ahead = codec(key("k1", A128CBC_HS256, ACCEPT), key("k2", A256GCM, ACTIVE));
    JweTokenCodec behind = codec(key("k1", A128CBC_HS256, ACTIVE), key("k2", A256GCM, STAGED));
    assertThat(behind.decode(ahead.encode(CLAIMS))).isEqualTo(CLAIMS);
    assertThat(ahead.decode(behind.encode(CLAIMS))).isEqualTo(CLAIMS);
    assertRefused(codec(key("k1", A128CBC_HS256, ACTIVE)), ahead.encode(CLAIMS));
  }

  @Test
  void s18_removedKeyDecryptsNothing() throws TokenRejectedException {
    AtomicReference<KeyRing> ring =
        new AtomicReference<>(KeyRing.of(List.of(key("k1", A128CBC_HS256, ACTIVE))));
    JweTokenCodec codec = new JweTokenCodec(ring::get, CLAIMS.audience(), new SecureRandom());
    assertThat(codec.decode(OF_K1)).isEqualTo(CLAIMS);
    ring.set(KeyRing.of(List.of(key("k2", A128CBC_HS256, ACTIVE))));
    assertRefused(codec, OF_K1);
  }
}
