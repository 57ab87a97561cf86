package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS_JSON;
import static org.tokenfilter.codec.CraftedTokens.K1;
import static org.tokenfilter.codec.CraftedTokens.assertRefused;
import static org.tokenfilter.codec.CraftedTokens.baseToken;
import static org.tokenfilter.codec.CraftedTokens.refusals;
import static org.tokenfilter.codec.CraftedTokens.withHeader;
import static org.tokenfilter.testsupport.forgery.TokenForge.HEADER_JSON;
import static org.tokenfilter.testsupport.forgery.TokenForge.bytes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.testsupport.forgery.ForgedClaims;
import org.tokenfilter.testsupport.forgery.ForgedHeaders;
import org.tokenfilter.testsupport.forgery.TokenForge;

/**
 * The cases A of the catalogue of attacks that give a token another header. All of them are
 * authenticated with the right key, so that the header is the only reason for a refusal.
 */
class TokenHeaderAttackTest {

  private static final JweTokenCodec CODEC = CraftedTokens.codec(K1);
  private static final String REST = ",\"kid\":\"k1\"}";
  private static final String ENC = "{\"enc\":\"A128CBC-HS256\",";

  private final Map<String, String> cases = new LinkedHashMap<>();

  @Test
  void acceptsTheCanonicalHeader() throws Exception {
    assertThat(CODEC.decode(withHeader(ENC + "\"alg\":\"dir\"" + REST))).isEqualTo(CLAIMS);
  }

  @TestFactory
  Stream<DynamicTest> forgedHeaders() {
    cases.putAll(ForgedHeaders.of(baseToken(CODEC)));
    header("A11 alg PBES2", ENC + "\"alg\":\"PBES2-HS256+A128KW\"" + REST);
    cases.put(
        "A12 sealed by GCM with the bytes of a key for CBC",
        TokenForge.gcm(
            K1.bytes(),
            Base64Url.encode("{\"enc\":\"A256GCM\",\"alg\":\"dir\"" + REST),
            bytes("iv", 12),
            CLAIMS_JSON.getBytes(StandardCharsets.UTF_8),
            16));
    String dir = "\"alg\":\"dir\"";
    header("A14 alg twice", ENC + dir + "," + dir + REST);
    header("A18 an unknown member", ENC + dir + ",\"x\":1" + REST);
    header("A18 nested beyond the cap", "[".repeat(9_000) + "]".repeat(9_000));
    header("A21 kid of 10 kB", ENC + dir + ",\"kid\":\"" + "k".repeat(10_000) + "\"}");
    header("A17 nothing", "");
    String segment = Base64Url.encode(HEADER_JSON);
    cases.put(
        "A01 unused bits of the header",
        CraftedTokens.withHeaderSegment(segment.substring(0, segment.length() - 1) + "R"));
    cases.put("A04 a space in the header", CraftedTokens.withHeaderSegment(segment + " "));
    return refusals(CODEC, cases);
  }

  @TestFactory
  Stream<DynamicTest> compressed() {
    cases.putAll(ForgedClaims.compressed(baseToken(CODEC)));
    String bomb = ForgedClaims.bomb(300_000);
    assertThat(bomb).hasSizeLessThan(CompactJwe.MAX_LENGTH);
    assertThat(AllocatedBytes.by(() -> assertRefused(CODEC, bomb))).isLessThan(1_000_000);
    cases.put("A19 a bomb of 50 MB", ForgedClaims.bomb(50_000_000));
    return refusals(CODEC, cases);
  }

  @Test
  void a16_fetchesNoKey() throws IOException {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      listener.configureBlocking(false);
      int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
      for (String member : List.of("jku", "x5u")) {
        String url = "http://127.0.0.1:" + port + "/";
        String header = ENC + "\"alg\":\"dir\",\"" + member + "\":\"" + url + "\"" + REST;
        assertRefused(CODEC, withHeader(header));
      }
      assertThat(listener.accept()).isNull();
    }
  }

  @Test
  void a23_oneKeyServesAllKinds() throws Exception {
    for (TokenKind kind : TokenKind.values()) {
      TokenClaims claims =
          new TokenClaims(CLAIMS.id(), kind, CLAIMS.audience(), CLAIMS.issuedAt(), null);
      assertThat(CODEC.decode(CODEC.encode(claims)).kind()).isEqualTo(kind);
    }
  }

  private void header(String name, String json) {
    assertThat(json).isNotEqualTo(HEADER_JSON);
    cases.put(name, withHeader(json));
  }
}
