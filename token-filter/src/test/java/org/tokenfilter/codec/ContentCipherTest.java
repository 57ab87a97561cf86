package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.testsupport.forgery.TokenForge;

class ContentCipherTest {

  private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

  @Test
  void theHeaderOfAKeyIsExactlyEncAlgAndKid() {
    for (ContentEncryption encryption : ContentEncryption.values()) {
      assertThat(TokenForge.decoded(cipher("k-1._", encryption).headerSegment()))
          .asString(StandardCharsets.UTF_8)
          .isEqualTo("{\"enc\":\"" + encryption + "\",\"alg\":\"dir\",\"kid\":\"k-1._\"}");
    }
  }

  @Test
  void decryptsWithTheSameKeyOnly() throws Exception {
    for (ContentEncryption encryption : ContentEncryption.values()) {
      CompactJwe token = cipher("k1", encryption).encrypt(CONTENT, new SecureRandom());
      assertThat(CraftedTokens.bytes(cipher("k1", encryption).decrypt(token))).isEqualTo(CONTENT);
      assertThat(cipher("k2", encryption).decrypt(token)).isNull();
    }
  }

  @Test
  void a25_a26_checksLengthsBeforeDecryption() throws Exception {
    for (ContentEncryption encryption : ContentEncryption.values()) {
      ContentCipher cipher = cipher("k1", encryption);
      CompactJwe good = cipher.encrypt(CONTENT, new SecureRandom());
      for (String other : new String[] {"", "AA", good.iv() + "AAAA", good.tag() + "AAAA"}) {
        for (CompactJwe odd :
            new CompactJwe[] {
              new CompactJwe(good.header(), other, good.ciphertext(), good.tag()),
              new CompactJwe(good.header(), good.iv(), good.ciphertext(), other)
            }) {
          assertThat(cipher.decrypt(odd)).isNull();
        }
      }
    }
  }

  private static ContentCipher cipher(String kid, ContentEncryption encryption) {
    return new ContentCipher(CraftedTokens.key(kid, encryption, ContentKey.State.ACTIVE));
  }
}
