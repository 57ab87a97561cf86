package org.tokenfilter.attack;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.tokenfilter.codec.CraftedTokens;

/** Contents of an old or faulty issuer, encrypted with the right key under the right header. */
final class ForgedClaims {

  private static final String ZIP =
      "{\"enc\":\"A128CBC-HS256\",\"alg\":\"dir\",\"zip\":\"DEF\",\"kid\":\"k1\"}";

  private final String claims;
  private final Map<String, String> cases = new LinkedHashMap<>();

  private ForgedClaims(BaseToken seed) {
    claims = seed.claims();
  }

  /** Returns the cases B01 to B04: times. */
  static Map<String, String> times(BaseToken seed) {
    ForgedClaims contents = new ForgedClaims(seed);
    contents.expiries();
    contents.otherTimes();
    return contents.cases;
  }

  /** Returns the cases A23, A32 and C30: documents that are no claims, and foreign claims. */
  static Map<String, String> documents(BaseToken seed) {
    ForgedClaims contents = new ForgedClaims(seed);
    contents.noClaims();
    contents.encodings();
    contents.otherMembers();
    return contents.cases;
  }

  /** Returns the case A19: content that is compressed, or is declared as compressed. */
  static Map<String, String> compressed(BaseToken seed) {
    byte[] content = deflated(seed.claims().getBytes(StandardCharsets.UTF_8));
    Map<String, String> cases = new LinkedHashMap<>();
    cases.put("A19 zip, small and right", zipped(ZIP, content));
    cases.put("A19 small, without saying so", zipped(CraftedTokens.HEADER_JSON, content));
    cases.put("A19 zip, not compressed", seed.withHeader(ZIP));
    cases.put("A19 a bomb of 300 kB", zipped(ZIP, deflated(new byte[300_000])));
    cases.put("A19 a bomb of 3 MB", zipped(ZIP, deflated(new byte[3_000_000])));
    return cases;
  }

  private void expiries() {
    long exp = number("exp");
    String member = "\"exp\":" + exp;
    for (String time :
        List.of(
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551617",
            "1e300",
            exp + ".0",
            exp + ".5",
            "-1",
            "-" + exp,
            "0",
            "+" + exp,
            "0" + exp,
            "\"" + exp + "\"",
            "null",
            "true",
            "[" + exp + "]",
            "{}",
            "NaN",
            "\u0661\u0667",
            "9".repeat(300))) {
      change("B01 exp " + (time.length() > 30 ? "of 300 digits" : time), member, "\"exp\":" + time);
    }
    change("B01 exp twice", member, member + "," + member);
    change("B01 exp twice, once escaped", member, member + ",\"\\u0065xp\":" + exp);
    change("B01 exp missing where the record has one", "," + member, "");
    change("B01 a second later than the record's", member, "\"exp\":" + (exp + 1));
    change("B01 a second earlier than the record's", member, "\"exp\":" + (exp - 1));
    change("B02 exp in milliseconds", member, member + "000");
    change("B03 never beside exp", member, member + ",\"never\":true");
    change("B03 never in place of exp", member, "\"never\":true");
    change("B04 exp before iat", member, "\"exp\":" + (number("iat") - 1));
    change("B04 nbf", member, member + ",\"nbf\":" + number("iat"));
  }

  private void otherTimes() {
    long iat = number("iat");
    String member = "\"iat\":" + iat;
    for (String time :
        List.of(
            "-1",
            "0",
            "1e9",
            iat + ".0",
            "\"" + iat + "\"",
            "null",
            Long.toString(iat - 1),
            Long.toString(iat + 1),
            iat + "000",
            Long.toString(number("exp") + 1))) {
      change("B04 iat " + time, member, "\"iat\":" + time);
    }
    change("B04 iat twice", member, member + "," + member);
    change("B04 no iat", member + ",", "");
  }

  private void noClaims() {
    for (String content :
        List.of("", " ", "[]", "null", "{}", "\"x\"", "1", "true", "x", "{", "}")) {
      cases.put("A32 " + content, BaseToken.withClaims(content));
    }
    cases.put("A32 claims in a list", BaseToken.withClaims("[" + claims + "]"));
    cases.put("A32 claims in an object", BaseToken.withClaims("{\"claims\":" + claims + "}"));
    cases.put("A32 lists in lists", BaseToken.withClaims("[".repeat(100) + "]".repeat(100)));
    for (String tail : List.of("{}", "x", ",", "]", "\u0000", claims)) {
      String name = tail.equals(claims) ? "themselves" : tail;
      cases.put("A32 claims followed by " + name, BaseToken.withClaims(claims + tail));
    }
    cases.put("A32 2 kB of spaces behind", BaseToken.withClaims(claims + " ".repeat(2_000)));
    cases.put("A32 a comment", BaseToken.withClaims("/**/" + claims));
    cases.put("A32 a trailing comma", BaseToken.withClaims(claims.replace("}", ",}")));
    cases.put("A32 single quotes", BaseToken.withClaims(claims.replace('"', '\'')));
    cases.put("A32 cut off", BaseToken.withClaims(claims.substring(0, claims.length() - 1)));
  }

  private void encodings() {
    cases.put("A32 a byte order mark", BaseToken.withClaims("\ufeff" + claims));
    for (String charset : List.of("UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE")) {
      cases.put("A32 " + charset, BaseToken.withContent(claims.getBytes(Charset.forName(charset))));
    }
    String audience = "\"" + AttackedApp.AUDIENCE + "\"";
    for (String bytes : List.of("\u00e9", "\u00c0\u00af", "\u00ed\u00a0\u0080", "\u00ff")) {
      String latin = claims.replace(audience, audience.replace("/", bytes));
      cases.put(
          "A32 not UTF-8, from %x".formatted((int) bytes.charAt(0)),
          BaseToken.withContent(latin.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }

  private void otherMembers() {
    Matcher jti = Pattern.compile("\"jti\":\"([^\"]+)\"").matcher(claims);
    require(jti.find());
    String id = jti.group(1);
    for (String other :
        List.of(
            "null",
            "1",
            "\"\"",
            "[\"" + id + "\"]",
            "\"" + id + "=\"",
            "\"" + id + " \"",
            "\"" + id.substring(1) + "\"")) {
      change("A32 jti " + other, jti.group(), "\"jti\":" + other);
    }
    change("A32 jti twice", jti.group(), jti.group() + "," + jti.group());
    for (String kind : List.of("\"s\"", "\"o\"", "\"u\"", "\"O\"", "\"open\"", "null")) {
      if (!claims.contains("\"k\":" + kind)) {
        cases.put(
            "A23 k " + kind,
            BaseToken.withClaims(claims.replaceAll("\"k\":\"[sou]\"", "\"k\":" + kind)));
      }
    }
    change("A32 sub", "}", ",\"sub\":\"admin\"}");
    change("A32 a name in other letters", "\"iat\"", "\"IAT\"");
    change("A32 no audience", "\"aud\":\"" + AttackedApp.AUDIENCE + "\",", "");
    for (String other :
        List.of("/Attacked", "", "/attacked/", "/attacked ", "/", "ROOT", "/attacked2")) {
      change("C30 aud " + other, "\"" + AttackedApp.AUDIENCE + "\"", "\"" + other + "\"");
    }
    change("C30 aud in a list", "\"/attacked\"", "[\"/attacked\"]");
  }

  private void change(String name, String from, String to) {
    require(claims.contains(from));
    cases.put(name, BaseToken.withClaims(claims.replace(from, to)));
  }

  private long number(String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":(\\d+)").matcher(claims);
    require(matcher.find());
    return Long.parseLong(matcher.group(1));
  }

  private static void require(boolean found) {
    if (!found) {
      throw new AssertionError("the claims do not contain the member to replace");
    }
  }

  private static String zipped(String header, byte[] content) {
    return CraftedTokens.seal(
        CraftedTokens.K1, BaseToken.encoded(header), CraftedTokens.bytes("iv", 16), content);
  }

  private static byte[] deflated(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Deflater raw = new Deflater(Deflater.BEST_COMPRESSION, true);
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, raw)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      raw.end();
    }
    return bytes.toByteArray();
  }
}
