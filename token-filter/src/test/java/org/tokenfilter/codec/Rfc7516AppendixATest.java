package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.testsupport.forgery.TokenForge;

/** The content encryption of the JWE examples, whose key encryption is not supported. */
class Rfc7516AppendixATest {

  @Test
  void a1_a256Gcm() throws Exception {
    assertKnownAnswer(
        ContentEncryption.A256GCM,
        new int[] {
          177, 161, 244, 128, 84, 143, 225, 115, 63, 180, 3, 255, 107, 154, 212, 246, 138, 7, 110,
          91, 112, 46, 34, 105, 47, 130, 203, 46, 122, 234, 64, 252
        },
        "The true sign of intelligence is not knowledge but imagination.",
        "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ",
        "48V1_ALb6US04U3b",
        "5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A",
        "XFBoMYUZodetZdvTiFvSkQ");
  }

  @Test
  void a3_a128CbcHs256() throws Exception {
    assertKnownAnswer(
        ContentEncryption.A128CBC_HS256,
        new int[] {
          4, 211, 31, 197, 84, 157, 252, 254, 11, 100, 157, 250, 63, 170, 106, 206, 107, 124, 212,
          45, 111, 107, 9, 219, 200, 177, 0, 240, 143, 156, 44, 207
        },
        "Live long and prosper.",
        "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0",
        "AxY8DCtDaGlsbGljb3RoZQ",
        "KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY",
        "U0m_YmjN04DJvceFICbCVQ");
  }

  private static void assertKnownAnswer(
      ContentEncryption encryption,
      int[] key,
      String plaintext,
      String header,
      String iv,
      String ciphertext,
      String tag)
      throws Exception {
    byte[] bytes = new byte[key.length];
    for (int i = 0; i < key.length; i++) {
      bytes[i] = (byte) key[i];
    }
    byte[] authenticated = header.getBytes(StandardCharsets.US_ASCII);
    ContentCipher cipher =
        new ContentCipher(
            new ContentKey("k", encryption, ContentKey.State.ACTIVE, bytes), authenticated);
    byte[] content = plaintext.getBytes(StandardCharsets.US_ASCII);
    CompactJwe expected = new CompactJwe(cipher.headerSegment(), iv, ciphertext, tag);
    assertThat(cipher.encrypt(content, new FixedRandom(TokenForge.decoded(iv))))
        .isEqualTo(expected);
    assertThat(CraftedTokens.bytes(cipher.decrypt(expected))).isEqualTo(content);
  }
}
