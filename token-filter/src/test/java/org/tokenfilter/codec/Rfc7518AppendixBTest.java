package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;

/** Test cases for AES_CBC_HMAC_SHA2 algorithms. */
class Rfc7518AppendixBTest {

  private static final byte[] P =
      ("A cipher system must not be required to be secret, and it must be able to fall into the"
              + " hands of the enemy without inconvenience")
          .getBytes(StandardCharsets.US_ASCII);

  private static final byte[] A =
      "The second principle of Auguste Kerckhoffs".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] IV = hex("1af38c2dc2b96ffdd86694092341bc04");

  @Test
  void b1_a128CbcHs256() throws Exception {
    assertKnownAnswer(
        ContentEncryption.A128CBC_HS256,
        "c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9"
            + "a94ac9b47ad2655c5f10f9aef71427e2fc6f9b3f399a221489f16362c7032336"
            + "09d45ac69864e3321cf82935ac4096c86e133314c54019e8ca7980dfa4b9cf1b"
            + "384c486f3a54c51078158ee5d79de59fbd34d848b3d69550a67646344427ade5"
            + "4b8851ffb598f7f80074b9473c82e2db",
        "652c3fa36b0a7c5b3219fab3a30bc1c4");
  }

  @Test
  void b2_a192CbcHs384IsNotSupported() {
    assertThatIllegalArgumentException().isThrownBy(() -> ContentEncryption.of("A192CBC-HS384"));
  }

  @Test
  void b3_a256CbcHs512() throws Exception {
    assertKnownAnswer(
        ContentEncryption.A256CBC_HS512,
        "4affaaadb78c31c5da4b1b590d10ffbd3dd8d5d302423526912da037ecbcc7bd"
            + "822c301dd67c373bccb584ad3e9279c2e6d12a1374b77f077553df829410446b"
            + "36ebd97066296ae6427ea75c2e0846a11a09ccf5370dc80bfecbad28c73f09b3"
            + "a3b75e662a2594410ae496b2e2e6609e31e6e02cc837f053d21f37ff4f51950b"
            + "be2638d09dd7a4930930806d0703b1f6",
        "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5");
  }

  /** Checks a known answer; the bytes of the keys of this appendix count from zero. */
  private static void assertKnownAnswer(ContentEncryption encryption, String e, String t)
      throws Exception {
    byte[] k = new byte[encryption.keyLength()];
    for (int i = 0; i < k.length; i++) {
      k[i] = (byte) i;
    }
    ContentCipher cipher =
        new ContentCipher(new ContentKey("k", encryption, ContentKey.State.ACTIVE, k), A);
    CompactJwe expected =
        new CompactJwe(
            cipher.headerSegment(),
            Base64Url.encode(IV),
            Base64Url.encode(hex(e)),
            Base64Url.encode(hex(t)));
    assertThat(cipher.encrypt(P, new FixedRandom(IV))).isEqualTo(expected);
    assertThat(CraftedTokens.bytes(cipher.decrypt(expected))).isEqualTo(P);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
