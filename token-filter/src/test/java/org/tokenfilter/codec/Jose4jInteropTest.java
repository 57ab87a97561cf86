package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS_JSON;

import java.util.stream.Stream;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwe.KeyManagementAlgorithmIdentifiers;
import org.jose4j.keys.AesKey;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;

/** Interoperability with jose4j. */
class Jose4jInteropTest {

  @TestFactory
  Stream<DynamicTest> jose4jDecryptsTokens() {
    return forEachEncryption(
        key -> {
          JsonWebEncryption jwe = new JsonWebEncryption();
          jwe.setAlgorithmConstraints(
              new AlgorithmConstraints(
                  ConstraintType.PERMIT, KeyManagementAlgorithmIdentifiers.DIRECT));
          jwe.setKey(new AesKey(key.bytes()));
          jwe.setCompactSerialization(CraftedTokens.codec(key).encode(CLAIMS));
          assertThat(jwe.getPlaintextString()).isEqualTo(CLAIMS_JSON);
          assertThat(jwe.getKeyIdHeaderValue()).isEqualTo(key.kid());
        });
  }

  @TestFactory
  Stream<DynamicTest> decryptsTokensOfJose4j() {
    return forEachEncryption(
        key -> {
          JsonWebEncryption jwe = new JsonWebEncryption();
          jwe.setEncryptionMethodHeaderParameter(key.encryption().toString());
          jwe.setAlgorithmHeaderValue(KeyManagementAlgorithmIdentifiers.DIRECT);
          jwe.setKeyIdHeaderValue(key.kid());
          jwe.setKey(new AesKey(key.bytes()));
          jwe.setPlaintext(CLAIMS_JSON);
          assertThat(CraftedTokens.codec(key).decode(jwe.getCompactSerialization()))
              .isEqualTo(CLAIMS);
        });
  }

  private static Stream<DynamicTest> forEachEncryption(KeyCheck check) {
    return Stream.of(ContentEncryption.values())
        .map(
            encryption ->
                DynamicTest.dynamicTest(
                    encryption.toString(),
                    () -> check.run(CraftedTokens.key("k1", encryption, ContentKey.State.ACTIVE))));
  }

  private interface KeyCheck {
    void run(ContentKey key) throws Exception;
  }
}
