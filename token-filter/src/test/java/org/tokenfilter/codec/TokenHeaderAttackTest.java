package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS_JSON;
import static org.tokenfilter.codec.CraftedTokens.K1;
import static org.tokenfilter.codec.CraftedTokens.assertRefused;
import static org.tokenfilter.codec.CraftedTokens.withHeader;
import static org.tokenfilter.testsupport.forgery.TokenForge.HEADER_JSON;
import static org.tokenfilter.testsupport.forgery.TokenForge.bytes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.testsupport.forgery.TokenForge;
import org.tokenfilter.token.TokenClaims;

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
  Stream<DynamicTest> algorithms() {
    for (String alg :
        List.of("\"none\"", "\"NONE\"", "\"noNE\"", "\"\"", "null", "1", "[\"dir\"]", "{}")) {
      header("A10 alg " + alg, ENC + "\"alg\":" + alg + REST);
    }
    header("A10 no alg", "{\"enc\":\"A128CBC-HS256\"" + REST);
    for (String alg :
        List.of(
            "DIR",
            "Dir",
            "dir ",
            "A256KW",
            "RSA-OAEP",
            "ECDH-ES",
            "PBES2-HS256+A128KW",
            "A256GCMKW",
            "HS256")) {
      header("A11 alg " + alg, ENC + "\"alg\":\"" + alg + "\"" + REST);
    }
    for (String enc :
        List.of("\"A256GCM\"", "\"A256CBC-HS512\"", "\"A128GCM\"", "\"a128cbc-hs256\"", "null")) {
      header("A12 enc " + enc, "{\"enc\":" + enc + ",\"alg\":\"dir\"" + REST);
    }
    header("A12 no enc", "{\"alg\":\"dir\"" + REST);
    cases.put(
        "A12 sealed by GCM with the bytes of a key for CBC",
        TokenForge.gcm(
            K1.bytes(),
            Base64Url.encode("{\"enc\":\"A256GCM\",\"alg\":\"dir\"" + REST),
            bytes("iv", 12),
            CLAIMS_JSON.getBytes(StandardCharsets.UTF_8),
            16));
    header("A20 PBES2", ENC + "\"alg\":\"PBES2-HS256+A128KW\",\"p2c\":2147483647" + REST);
    header("A20 p2c beside dir", ENC + "\"alg\":\"dir\",\"p2c\":2147483647" + REST);
    return refused();
  }

  @TestFactory
  Stream<DynamicTest> members() {
    String dir = "\"alg\":\"dir\"";
    header("A14 enc twice", ENC + ENC.substring(1) + dir + REST);
    header("A14 alg twice", ENC + dir + "," + dir + REST);
    header("A14 alg none, then dir", ENC + "\"alg\":\"none\"," + dir + REST);
    header("A14 kid twice", ENC + dir + ",\"kid\":\"k1\"" + REST);
    for (String crit : List.of("[\"x\"]", "[\"alg\"]", "[]", "\"x\"", "null")) {
      header("A15 crit " + crit, ENC + dir + ",\"crit\":" + crit + REST);
    }
    header("A16 b64", ENC + dir + ",\"b64\":false" + REST);
    header("A16 jwk", ENC + dir + ",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}" + REST);
    header("A16 x5c", ENC + dir + ",\"x5c\":[\"MIIB\"]" + REST);
    header("A18 typ", ENC + dir + ",\"typ\":\"JWT\"" + REST);
    header("A18 cty", ENC + dir + ",\"cty\":\"JWT\"" + REST);
    header("A18 an unknown member", ENC + dir + ",\"x\":1" + REST);
    header("A18 many members", ENC + dir + ",\"x\":1".repeat(50) + REST);
    header("A18 300 bytes", ENC + dir + ",\"x\":\"" + "x".repeat(250) + "\"" + REST);
    header("A18 nested deeply", ENC + dir + ",\"x\":" + "[".repeat(100) + "]".repeat(100) + REST);
    header("A18 nested beyond the cap", "[".repeat(9_000) + "]".repeat(9_000));
    for (String kid :
        List.of(
            "\"\"",
            "\"k2\"",
            "\"K1\"",
            "\"k1 \"",
            "\"../../etc/passwd\"",
            "\"' OR 1=1--\"",
            "\"\\u0000\"",
            "\"\\u006b1\"",
            "\"\ud83d\ude00\"",
            "1",
            "null",
            "[\"k1\"]")) {
      header("A21 kid " + kid, ENC + dir + ",\"kid\":" + kid + "}");
    }
    header("A21 no kid", ENC + dir + "}");
    header("A21 kid of 10 kB", ENC + dir + ",\"kid\":\"" + "k".repeat(10_000) + "\"}");
    return refused();
  }

  @TestFactory
  Stream<DynamicTest> spellings() {
    header("A17 a byte order mark", "\ufeff" + HEADER_JSON);
    cases.put(
        "A17 UTF-16",
        CraftedTokens.withHeaderSegment(
            Base64Url.encode(HEADER_JSON.getBytes(StandardCharsets.UTF_16BE))));
    header("A17 trailing text", HEADER_JSON + "x");
    header("A17 trailing space", HEADER_JSON + " ");
    header("A17 twice", HEADER_JSON + HEADER_JSON);
    header("A17 a comment", "/**/" + HEADER_JSON);
    header("A17 single quotes", HEADER_JSON.replace('"', '\''));
    header("A17 an escape", HEADER_JSON.replace("dir", "d\\u0069r"));
    header("A17 nothing", "");
    for (String other : List.of("{}", "[]", "null", "\"dir\"", "1", "{", "A")) {
      header("A17 " + other, other);
    }
    header("A29 spaces", HEADER_JSON.replace(":", ": ").replace(",", ", "));
    header("A29 lines", HEADER_JSON.replace(",", ",\n"));
    header("A29 another order", "{\"alg\":\"dir\",\"enc\":\"A128CBC-HS256\",\"kid\":\"k1\"}");
    String segment = Base64Url.encode(HEADER_JSON);
    cases.put("A01 the header padded", CraftedTokens.withHeaderSegment(segment + "=="));
    cases.put(
        "A01 unused bits of the header",
        CraftedTokens.withHeaderSegment(segment.substring(0, segment.length() - 1) + "R"));
    cases.put("A04 a space in the header", CraftedTokens.withHeaderSegment(segment + " "));
    return refused();
  }

  @TestFactory
  Stream<DynamicTest> compressed() throws IOException {
    String zip = ENC + "\"alg\":\"dir\",\"zip\":\"DEF\"" + REST;
    byte[] claims = CLAIMS_JSON.getBytes(StandardCharsets.UTF_8);
    cases.put("A19 small and right", sealed(zip, deflated(claims)));
    cases.put("A19 small, without saying so", sealed(HEADER_JSON, deflated(claims)));
    String bomb = sealed(zip, deflated(new byte[300_000]));
    assertThat(bomb).hasSizeLessThan(CompactJwe.MAX_LENGTH);
    cases.put("A19 a bomb of 300 kB", bomb);
    cases.put("A19 a bomb of 50 MB", sealed(zip, deflated(new byte[50_000_000])));
    assertThat(AllocatedBytes.by(() -> assertRefused(CODEC, bomb))).isLessThan(1_000_000);
    return refused();
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

  private Stream<DynamicTest> refused() {
    return cases.entrySet().stream()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getKey(), () -> assertRefused(CODEC, each.getValue())));
  }

  private static String sealed(String headerJson, byte[] content) {
    return CraftedTokens.seal(K1, Base64Url.encode(headerJson), bytes("iv", 16), content);
  }

  private static byte[] deflated(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Deflater raw = new Deflater(Deflater.BEST_COMPRESSION, true);
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, raw)) {
      out.write(content);
    } finally {
      raw.end();
    }
    return bytes.toByteArray();
  }
}
