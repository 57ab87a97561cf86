package org.tokenfilter.testsupport.forgery;

import static org.tokenfilter.testsupport.forgery.TokenForge.HEADER_JSON;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Token headers that the library never writes, each authenticated with the right key. */
public final class ForgedHeaders {

  private static final String ENC = "{\"enc\":\"A128CBC-HS256\",";
  private static final String DIR = "\"alg\":\"dir\"";
  private static final String REST = ",\"kid\":\"k1\"}";

  private final BaseToken base;
  private final Map<String, String> cases = new LinkedHashMap<>();

  private ForgedHeaders(BaseToken base) {
    this.base = base;
  }

  /** Returns the cases A10 to A12, A14 to A18, A20, A21 and A29. */
  public static Map<String, String> of(BaseToken base) {
    ForgedHeaders headers = new ForgedHeaders(base);
    headers.algorithms();
    headers.members();
    headers.keys();
    headers.nonCanonicalForms();
    return headers.cases;
  }

  private void algorithms() {
    for (String alg :
        List.of("\"none\"", "\"NONE\"", "\"noNE\"", "\"\"", "null", "1", "[\"dir\"]", "{}")) {
      header("A10 alg " + alg, ENC + "\"alg\":" + alg + REST);
    }
    header("A10 no alg", "{\"enc\":\"A128CBC-HS256\"" + REST);
    for (String alg :
        List.of(
            "DIR", "Dir", "dir ", "A256KW", "RSA-OAEP", "ECDH-ES", "A256GCMKW", "HS256", "PBES2")) {
      header("A11 alg " + alg, ENC + "\"alg\":\"" + alg + "\"" + REST);
    }
    for (String enc :
        List.of("\"A256GCM\"", "\"A256CBC-HS512\"", "\"A128GCM\"", "\"a128cbc-hs256\"", "null")) {
      header("A12 enc " + enc, "{\"enc\":" + enc + "," + DIR + REST);
    }
    header("A12 no enc", "{" + DIR + REST);
    header("A20 PBES2", ENC + "\"alg\":\"PBES2-HS256+A128KW\",\"p2c\":2147483647" + REST);
    header("A20 p2c beside dir", ENC + DIR + ",\"p2c\":2147483647" + REST);
  }

  private void members() {
    header("A14 enc twice", ENC + ENC.substring(1) + DIR + REST);
    header("A14 alg none, then dir", ENC + "\"alg\":\"none\"," + DIR + REST);
    header("A14 alg dir, then none", ENC + DIR + ",\"alg\":\"none\"" + REST);
    header("A14 kid twice", ENC + DIR + ",\"kid\":\"k1\"" + REST);
    for (String crit : List.of("[\"x\"]", "[\"alg\"]", "[]", "\"x\"", "null")) {
      header("A15 crit " + crit, ENC + DIR + ",\"crit\":" + crit + REST);
    }
    header("A16 b64", ENC + DIR + ",\"b64\":false" + REST);
    header("A16 jwk", ENC + DIR + ",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}" + REST);
    header("A16 x5c", ENC + DIR + ",\"x5c\":[\"MIIB\"]" + REST);
    header("A18 typ", ENC + DIR + ",\"typ\":\"JWT\"" + REST);
    header("A18 cty", ENC + DIR + ",\"cty\":\"JWT\"" + REST);
    header("A18 many members", ENC + DIR + ",\"x\":1".repeat(50) + REST);
    header("A18 300 bytes", ENC + DIR + ",\"x\":\"" + "x".repeat(250) + "\"" + REST);
    header("A18 nested deeply", ENC + DIR + ",\"x\":" + "[".repeat(99) + "]".repeat(99) + REST);
  }

  private void keys() {
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
      header("A21 kid " + kid, ENC + DIR + ",\"kid\":" + kid + "}");
    }
    header("A21 no kid", ENC + DIR + "}");
    header("A21 kid of 2 kB", ENC + DIR + ",\"kid\":\"" + "k".repeat(2_000) + "\"}");
  }

  private void nonCanonicalForms() {
    header("A17 a byte order mark", "\ufeff" + HEADER_JSON);
    cases.put(
        "A17 UTF-16",
        base.withHeaderSegment(
            TokenForge.encoded(HEADER_JSON.getBytes(StandardCharsets.UTF_16BE))));
    header("A17 trailing text", HEADER_JSON + "x");
    header("A17 trailing space", HEADER_JSON + " ");
    header("A17 twice", HEADER_JSON + HEADER_JSON);
    header("A17 a comment", "/**/" + HEADER_JSON);
    header("A17 single quotes", HEADER_JSON.replace('"', '\''));
    header("A17 an escape", HEADER_JSON.replace("dir", "d\\u0069r"));
    for (String other : List.of("{}", "[]", "null", "\"dir\"", "1", "{", "A")) {
      header("A17 " + other, other);
    }
    header("A29 spaces", HEADER_JSON.replace(":", ": ").replace(",", ", "));
    header("A29 lines", HEADER_JSON.replace(",", ",\n"));
    header("A29 another order", "{\"alg\":\"dir\",\"enc\":\"A128CBC-HS256\",\"kid\":\"k1\"}");
  }

  private void header(String name, String json) {
    cases.put(name, base.withHeader(json));
  }
}
