package org.tokenfilter.testsupport.forgery;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Contents of an old or faulty issuer, encrypted with the right key under the right header. */
public final class ForgedClaims {

  private static final String ZIP =
      "{\"enc\":\"A128CBC-HS256\",\"alg\":\"dir\",\"zip\":\"DEF\",\"kid\":\"k1\"}";

  private final String claims;
  private final String audience;
  private final Map<String, String> cases = new LinkedHashMap<>();

  private ForgedClaims(BaseToken base) {
    claims = base.claims();
    audience = member("\"aud\":\"([^\"]+)\"").group(1);
  }

  /** Returns the cases B01 to B04: times. */
  public static Map<String, String> times(BaseToken base) {
    ForgedClaims contents = new ForgedClaims(base);
    contents.expiries();
    contents.otherTimes();
    return contents.cases;
  }

  /** Returns the cases of A23, B01 and B04 that only the record of the token refutes. */
  public static Map<String, String> mismatches(BaseToken base) {
    ForgedClaims contents = new ForgedClaims(base);
    contents.mismatches();
    return contents.cases;
  }

  /** Returns the cases A23, A32 and C30: documents that are no claims, and foreign claims. */
  public static Map<String, String> documents(BaseToken base) {
    ForgedClaims contents = new ForgedClaims(base);
    contents.noClaims();
    contents.encodings();
    contents.otherMembers();
    return contents.cases;
  }

  /** Returns the case A19: content that is compressed, or is declared as compressed. */
  public static Map<String, String> compressed(BaseToken base) {
    byte[] content = deflated(base.claims().getBytes(StandardCharsets.UTF_8));
    Map<String, String> cases = new LinkedHashMap<>();
    cases.put("A19 zip, small and right", zipped(ZIP, content));
    cases.put("A19 small, without saying so", zipped(TokenForge.HEADER_JSON, content));
    cases.put("A19 zip, not compressed", base.withHeader(ZIP));
    cases.put("A19 a bomb of 300 kB", bomb(300_000));
    cases.put("A19 a bomb of 3 MB", bomb(3_000_000));
    return cases;
  }

  private void expiries() {
    long exp = number("exp");
    String member = "\"exp\":" + exp;
    for (String time : times(exp)) {
      change("B01 exp " + (time.length() > 30 ? "of 300 digits" : time), member, "\"exp\":" + time);
    }
    change("B01 exp twice", member, member + "," + member);
    change("B01 exp twice, once escaped", member, member + ",\"\\u0065xp\":" + exp);
    change("B02 exp in milliseconds", member, member + "000");
    change("B03 never beside exp", member, member + ",\"never\":true");
    change("B03 never in place of exp", member, "\"never\":true");
    change("B04 exp before iat", member, "\"exp\":" + (number("iat") - 1));
    change("B04 nbf", member, member + ",\"nbf\":" + number("iat"));
  }

  /** Returns forms of a time that are no whole number of seconds in JSON, or no time of today. */
  public static List<String> times(long time) {
    return List.of(
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551617",
        "1e300",
        time + ".0",
        time + ".5",
        "-1",
        "-" + time,
        "0",
        "+" + time,
        "0" + time,
        "\"" + time + "\"",
        "null",
        "true",
        "[" + time + "]",
        "{}",
        "NaN",
        "\u0661\u0667",
        "9".repeat(300));
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
            iat + "000",
            Long.toString(number("exp") + 1))) {
      change("B04 iat " + time, member, "\"iat\":" + time);
    }
    change("B04 iat twice", member, member + "," + member);
    change("B04 no iat", member + ",", "");
  }

  private void mismatches() {
    long exp = number("exp");
    long iat = number("iat");
    String expiry = "\"exp\":" + exp;
    change("B01 exp missing where the record has one", "," + expiry, "");
    change("B01 a second later than the record's", expiry, "\"exp\":" + (exp + 1));
    change("B01 a second earlier than the record's", expiry, "\"exp\":" + (exp - 1));
    for (long time : new long[] {iat - 1, iat + 1}) {
      change("B04 iat " + time, "\"iat\":" + iat, "\"iat\":" + time);
    }
    kinds("\"s\"", "\"o\"", "\"u\"");
  }

  private void kinds(String... kinds) {
    for (String kind : kinds) {
      if (!claims.contains("\"k\":" + kind)) {
        cases.put(
            "A23 k " + kind,
            TokenForge.withContent(claims.replaceAll("\"k\":\"[sou]\"", "\"k\":" + kind)));
      }
    }
  }

  private void noClaims() {
    for (String content :
        List.of("", " ", "[]", "null", "{}", "\"x\"", "1", "true", "x", "{", "}")) {
      cases.put("A32 " + content, TokenForge.withContent(content));
    }
    cases.put("A32 claims in a list", TokenForge.withContent("[" + claims + "]"));
    cases.put("A32 claims in an object", TokenForge.withContent("{\"claims\":" + claims + "}"));
    cases.put("A32 lists in lists", TokenForge.withContent("[".repeat(100) + "]".repeat(100)));
    for (String tail : List.of("{}", "x", ",", "]", "\u0000", claims)) {
      String name = tail.equals(claims) ? "themselves" : tail;
      cases.put("A32 claims followed by " + name, TokenForge.withContent(claims + tail));
    }
    cases.put("A32 2 kB of spaces behind", TokenForge.withContent(claims + " ".repeat(2_000)));
    cases.put("A32 a comment", TokenForge.withContent("/**/" + claims));
    cases.put("A32 a trailing comma", TokenForge.withContent(claims.replace("}", ",}")));
    cases.put("A32 single quotes", TokenForge.withContent(claims.replace('"', '\'')));
    cases.put("A32 cut off", TokenForge.withContent(claims.substring(0, claims.length() - 1)));
  }

  private void encodings() {
    cases.put("A32 a byte order mark", TokenForge.withContent("\ufeff" + claims));
    for (String charset : List.of("UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE")) {
      cases.put(
          "A32 " + charset, TokenForge.withContent(claims.getBytes(Charset.forName(charset))));
    }
    String quoted = "\"" + audience + "\"";
    for (String bytes : List.of("\u00e9", "\u00c0\u00af", "\u00ed\u00a0\u0080", "\u00ff")) {
      String latin = claims.replace(quoted, quoted.replace("/", bytes));
      cases.put(
          "A32 not UTF-8, from %x".formatted((int) bytes.charAt(0)),
          TokenForge.withContent(latin.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }

  private void otherMembers() {
    MatchResult jti = member("\"jti\":\"([^\"]+)\"");
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
    kinds("\"O\"", "\"open\"", "null");
    change("A32 sub", "}", ",\"sub\":\"admin\"}");
    change("A32 a name in other letters", "\"iat\"", "\"IAT\"");
    change("A32 no audience", "\"aud\":\"" + audience + "\",", "");
    for (String other :
        List.of(
            "/" + audience.substring(1, 2).toUpperCase(Locale.ROOT) + audience.substring(2),
            "",
            audience + "/",
            audience + " ",
            "/",
            "ROOT",
            audience + "2")) {
      change("C30 aud " + other, "\"" + audience + "\"", "\"" + other + "\"");
    }
    change("C30 aud in a list", "\"" + audience + "\"", "[\"" + audience + "\"]");
  }

  private void change(String name, String from, String to) {
    require(claims.contains(from));
    cases.put(name, TokenForge.withContent(claims.replace(from, to)));
  }

  private long number(String name) {
    return Long.parseLong(member("\"" + name + "\":(\\d+)").group(1));
  }

  private MatchResult member(String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(claims);
    require(matcher.find());
    return matcher;
  }

  private static void require(boolean found) {
    if (!found) {
      throw new AssertionError("the claims do not contain the member to replace");
    }
  }

  /** Returns a small token that is declared as compressed and has this many bytes. */
  public static String bomb(int bytes) {
    return zipped(ZIP, deflated(new byte[bytes]));
  }

  private static String zipped(String header, byte[] content) {
    return TokenForge.sealed(TokenForge.encoded(header), TokenForge.bytes("iv", 16), content);
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
