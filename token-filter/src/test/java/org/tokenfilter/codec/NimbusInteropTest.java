package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS_JSON;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.util.Base64URL;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;

/** Interoperability with Nimbus, including the header. */
class NimbusInteropTest {

  @ParameterizedTest
  @EnumSource
  void nimbusDecryptsTokens(ContentEncryption encryption) throws Exception {
    ContentKey key = CraftedTokens.key("k1", encryption, ContentKey.State.ACTIVE);
    JWEObject jwe = JWEObject.parse(CraftedTokens.codec(key).encode(CLAIMS));
    jwe.decrypt(new DirectDecrypter(key.bytes()));
    assertThat(jwe.getPayload()).hasToString(CLAIMS_JSON);
    assertThat(jwe.getHeader().getKeyID()).isEqualTo("k1");
    assertThat(jwe.getHeader().getEncryptionMethod()).hasToString(encryption.toString());
  }

  @ParameterizedTest
  @EnumSource
  void decryptsTokensOfNimbus(ContentEncryption encryption) throws Exception {
    ContentKey key = CraftedTokens.key("k1", encryption, ContentKey.State.ACTIVE);
    String header = "{\"enc\":\"" + encryption + "\",\"alg\":\"dir\",\"kid\":\"k1\"}";
    JWEObject jwe =
        new JWEObject(
            new JWEHeader.Builder(JWEAlgorithm.DIR, EncryptionMethod.parse(encryption.toString()))
                .keyID("k1")
                .parsedBase64URL(Base64URL.encode(header))
                .build(),
            new Payload(CLAIMS_JSON));
    jwe.encrypt(new DirectEncrypter(key.bytes()));
    assertThat(CraftedTokens.codec(key).decode(jwe.serialize())).isEqualTo(CLAIMS);
  }
}
