package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.key;
import static org.tokenfilter.keys.ContentEncryption.A128CBC_HS256;
import static org.tokenfilter.keys.ContentEncryption.A256CBC_HS512;
import static org.tokenfilter.keys.ContentEncryption.A256GCM;
import static org.tokenfilter.keys.ContentKey.State.ACTIVE;
import static org.tokenfilter.keys.ContentKey.State.RETIRED;
import static org.tokenfilter.testsupport.forgery.TokenForge.parts;
import static org.tokenfilter.testsupport.forgery.TokenForge.with;

import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.testsupport.forgery.TokenForge;
import org.tokenfilter.token.TokenRejectedException;

/** The detail that the log shows for an invalid token: the first check that failed. */
class JweTokenCodecDetailTest {

  private final JweTokenCodec codec =
      CraftedTokens.codec(
          key("k0", A256GCM, RETIRED),
          key("k1", A128CBC_HS256, ACTIVE),
          key("k2", A256CBC_HS512, RETIRED));

  private final String token = codec.encode(CLAIMS);

  @Test
  void detailOfMalformedShape() {
    assertDetail("x".repeat(1025), "it is longer than 1024 characters");
    assertDetail("a.b.c.d", "it has fewer than five parts");
    assertDetail(token + ".AAAA", "it has more than five parts");
    assertDetail(token + "..", "it has more than five parts");
    assertDetail(with(token, 1, "AAAA"), "it has an encrypted key");
  }

  @Test
  void detailOfNonCanonicalEncoding() {
    assertDetail(token + "=", "a character is not in the base64url alphabet");
    assertDetail(" " + token, "a character is not in the base64url alphabet");
    assertDetail(with(token, 4, parts(token).get(4) + "AAA"), "a part is not canonical base64url");
  }

  @Test
  void detailOfUnknownHeader() {
    assertDetail(ofKey("k0", A256GCM), "its key is retired");
    assertDetail(ofKey("k2", A256CBC_HS512), "its key is retired");
    assertDetail(ofKey("k1", A256GCM), "its key is for another encryption");
    assertDetail(ofKey("k2", A128CBC_HS256), "its key is for another encryption");
    assertDetail(ofKey("k3", A128CBC_HS256), "no key in the key ring has its header");
    assertDetail(CraftedTokens.withHeader("{}"), "no key in the key ring has its header");
    assertDetail(with(token, 0, ""), "no key in the key ring has its header");
  }

  @Test
  void detailOfInvalidContent() {
    KeyRing ring = KeyRing.of(List.of(key("k1", A128CBC_HS256, ACTIVE)));
    JweTokenCodec other = new JweTokenCodec(() -> ring, "/invoices", new SecureRandom());
    TokenClaims claims =
        new TokenClaims(CLAIMS.id(), CLAIMS.kind(), "/invoices", CLAIMS.issuedAt(), null);
    assertDetail(other.encode(claims), "it is for another audience");
    assertDetail(with(token, 4, parts(codec.encode(CLAIMS)).get(4)), "it does not decrypt");
    assertDetail(TokenForge.withContent("{}"), "its claims are not valid");
  }

  private static String ofKey(String kid, ContentEncryption encryption) {
    return CraftedTokens.codec(key(kid, encryption, ACTIVE)).encode(CLAIMS);
  }

  private void assertDetail(String refused, String why) {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(() -> codec.decode(refused))
        .satisfies(e -> assertThat(e.detail()).isEqualTo("invalid token: " + why));
    CraftedTokens.assertRefused(codec, refused);
  }
}
