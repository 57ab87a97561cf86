package org.tokenfilter.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.codec.CraftedTokens;

/** Interoperability with jose4j. */
class JwkSetInteropTest {

  @ParameterizedTest
  @EnumSource
  void jose4jReadsKeyFiles(ContentEncryption encryption) throws Exception {
    ContentKey key = CraftedTokens.key("k1", encryption, ContentKey.State.ACTIVE);
    String text = new String(JwkSet.write(KeyRing.of(List.of(key))), StandardCharsets.UTF_8);
    JsonWebKey read = new JsonWebKeySet(text).findJsonWebKey("k1", "oct", "enc", null);
    assertThat(read.getAlgorithm()).isEqualTo(encryption.toString());
    assertThat(read.getKey().getEncoded()).isEqualTo(key.bytes());
  }
}
