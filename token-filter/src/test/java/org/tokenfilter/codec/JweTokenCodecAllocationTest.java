package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.codec;
import static org.tokenfilter.codec.CraftedTokens.key;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.testsupport.forgery.TokenForge;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * P3: decrypting a session token of about 260 characters allocates at most 8 KB. Before compilation
 * it is 1,160 bytes by default, 1,256 with A256CBC-HS512 and 1,992 with A256GCM (JDK 17).
 */
class JweTokenCodecAllocationTest {

  private static final ContentEncryption DEFAULT = ContentEncryption.A128CBC_HS256;

  /** A quarter of the goal, which a JSON parser or new ciphers for each token would exceed. */
  private static final long MAX_BY_DEFAULT = 2048;

  /** Half of the goal, since other JDKs may implement GCM differently. */
  private static final long MAX_BY_ANY = 4096;

  /** The least for a decrypted token: a smaller result means that the measurement failed. */
  private static final long MIN_FOR_CLAIMS = 100;

  @Test
  void decryptsWithinAQuarterOfTheGoalByDefault() {
    assertThat(decryptionBytes(codec(key("k1", DEFAULT, ContentKey.State.ACTIVE))))
        .isBetween(MIN_FOR_CLAIMS, MAX_BY_DEFAULT);
  }

  @ParameterizedTest
  @EnumSource
  void decryptsWithinHalfOfTheGoal(ContentEncryption encryption) {
    assertThat(decryptionBytes(codec(key("k1", encryption, ContentKey.State.ACTIVE))))
        .isBetween(MIN_FOR_CLAIMS, MAX_BY_ANY);
  }

  @Test
  void refusesForgedTokenAtTheSameCost() {
    JweTokenCodec codec = codec(key("k1", DEFAULT, ContentKey.State.ACTIVE));
    String token = TokenForge.with(codec.encode(CLAIMS), 4, "A".repeat(22));
    assertThat(AllocatedBytes.by(() -> refuse(codec, token)))
        .isBetween(MIN_FOR_CLAIMS, MAX_BY_DEFAULT);
  }

  private static long decryptionBytes(JweTokenCodec codec) {
    String token = codec.encode(CLAIMS);
    return AllocatedBytes.by(() -> decrypt(codec, token));
  }

  private static void decrypt(JweTokenCodec codec, String token) {
    try {
      if (!codec.decode(token).equals(CLAIMS)) {
        throw new AssertionError("other claims");
      }
    } catch (TokenRejectedException e) {
      throw new AssertionError(e);
    }
  }

  private static void refuse(JweTokenCodec codec, String token) {
    try {
      throw new AssertionError(codec.decode(token));
    } catch (TokenRejectedException e) {
      assert e.rejection() == Rejection.INVALID;
    }
  }
}
