package org.tokenfilter.testsupport.forgery;

import static org.tokenfilter.testsupport.forgery.BaseToken.CIPHERTEXT;
import static org.tokenfilter.testsupport.forgery.BaseToken.ENCRYPTED_KEY;
import static org.tokenfilter.testsupport.forgery.BaseToken.HEADER;
import static org.tokenfilter.testsupport.forgery.BaseToken.IV;
import static org.tokenfilter.testsupport.forgery.BaseToken.TAG;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Texts that other implementations treat as the same token, or as a token. */
public final class MalformedTokens {

  private static final int[] ENCODED = {HEADER, IV, CIPHERTEXT, TAG};
  private static final String BASE64URL =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private final BaseToken base;
  private final Map<String, String> cases = new LinkedHashMap<>();

  private MalformedTokens(BaseToken base) {
    this.base = base;
  }

  /** Returns the cases A01, A03, A04, A06, A34 and A36. */
  public static Map<String, String> of(BaseToken base) {
    MalformedTokens spellings = new MalformedTokens(base);
    spellings.appended();
    spellings.foreign();
    spellings.wrapped();
    return spellings.cases;
  }

  private void appended() {
    for (String tail : List.of("=", "==", "%3D", "~", "A", "AA", "AAA", "AAAA", ".", "#", ";")) {
      cases.put("A01 with " + tail + " appended", base.token() + tail);
    }
    cases.put("A01 its dots percent-encoded", base.token().replace(".", "%2E"));
    for (int part : ENCODED) {
      cases.put("A01 part " + part + " padded", base.withPart(part, base.part(part) + "="));
    }
    for (int part : new int[] {IV, TAG}) {
      cases.put(
          "A01 unused bits of part " + part, base.withPart(part, withUnusedBit(base.part(part))));
    }
    String header = base.part(HEADER);
    cases.put("A01 the header padded, and so authenticated", base.withHeaderSegment(header + "=="));
    cases.put("A03 the other alphabet", otherAlphabet());
  }

  private void foreign() {
    for (String foreign : List.of(" ", "\t", "*", "!", "\u00e9", "\u00ad", "\u200b", "\uff21")) {
      String code = "U+%04X".formatted((int) foreign.charAt(0));
      for (int part : ENCODED) {
        String text = base.part(part);
        cases.put(
            "A04 " + code + " inside of part " + part,
            base.withPart(part, text.substring(0, 5) + foreign + text.substring(5)));
        cases.put(
            "A04 " + code + " for a character of part " + part,
            base.withPart(part, text.substring(0, 5) + foreign + text.substring(6)));
      }
    }
    cases.put("A04 in lower case", base.token().toLowerCase(Locale.ROOT));
    cases.put("A36 foreign characters before the tag", base.withPart(TAG, "?" + base.part(TAG)));
    cases.put("A36 the tag over an odd ciphertext", authenticatedWithTail("####"));
    cases.put("A36 the tag over a padded ciphertext", authenticatedWithTail("=="));
  }

  private void wrapped() {
    String token = base.token();
    cases.put("A06 in quotes", '"' + token + '"');
    cases.put("A06 behind a quote", '"' + token);
    cases.put("A06 in angle brackets", '<' + token + '>');
    cases.put("A06 with a comma", token + ',');
    cases.put("A06 with its scheme", "Bearer " + token);
    cases.put("A34 twice with a space", token + ' ' + token);
    cases.put("A34 twice with a comma", token + ',' + token);
    cases.put("A34 twice with a comma and a space", token + ", " + token);
    cases.put("A34 twice with a dot", token + '.' + token);
    cases.put("A34 twice with nothing", token + token);
    cases.put("A34 with another scheme's credentials", token + ", Basic YTpi");
  }

  /** Returns the cases A07, A24 and A33: texts without the parts of a token. */
  public static Map<String, String> shapes(BaseToken base) {
    Map<String, String> cases = new LinkedHashMap<>();
    List<String> p = TokenForge.parts(base.token());
    for (int n = 1; n < p.size(); n++) {
      cases.put("A07 the first " + n, String.join(".", p.subList(0, n)));
      cases.put("A07 the last " + n, String.join(".", p.subList(p.size() - n, p.size())));
    }
    cases.put("A07 six parts", base.token() + ".AAAA");
    cases.put("A07 a leading dot", "." + base.token());
    for (int dots = 1; dots <= 6; dots++) {
      cases.put("A07 " + dots + " dots", ".".repeat(dots));
    }
    for (int part : ENCODED) {
      cases.put("A07 part " + part + " empty", base.withPart(part, ""));
    }
    cases.put("A08 flattened JSON", json(p, ""));
    cases.put("A08 general JSON", json(p, "\"recipients\":[{}],"));
    cases.put("A09 1,025 characters", base.withPart(CIPHERTEXT, "A".repeat(1_025 - 120)));
    cases.put("A09 4,000 times A", "A".repeat(4_000));
    cases.put("A09 4,000 dots", ".".repeat(4_000));
    cases.put("A24 an encrypted key", base.withPart(ENCRYPTED_KEY, "AAAA"));
    cases.put(
        "A33 a JWS",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c1LROH7eNQwUT8KMVEO52VC3WZ9e_AnDWbZ7aMmowV8");
    cases.put("A33 an unsecured JWT", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.");
    cases.put("A33 SAML", "PHNhbWw6QXNzZXJ0aW9uIHhtbG5zOnNhbWw9InVybjpvYXNpcyI-");
    cases.put("A33 an opaque text", "3f1c9a52-78a6-4f0e-9c77-0b4a1f1f7a10");
    return cases;
  }

  /** Returns a small case A35: one or two changed characters at fixed pseudo-random places. */
  public static Map<String, String> mutations(BaseToken base, int count) {
    Random random = new Random(count);
    Map<String, String> cases = new LinkedHashMap<>();
    while (cases.size() < count) {
      StringBuilder text = new StringBuilder(base.token());
      for (int i = random.nextInt(2); i >= 0; i--) {
        int at = random.nextInt(text.length());
        char other = BASE64URL.charAt(random.nextInt(BASE64URL.length()));
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, other);
          case 1 -> text.insert(at, other);
          default -> text.deleteCharAt(at);
        }
      }
      if (!base.token().contentEquals(text)) {
        cases.put("A35 mutation " + cases.size(), text.toString());
      }
    }
    return cases;
  }

  private String otherAlphabet() {
    String ciphertext = base.part(CIPHERTEXT);
    String other = ciphertext.replace('-', '+').replace('_', '/');
    return ciphertext.equals(other)
        ? base.withPart(CIPHERTEXT, "+/" + ciphertext.substring(2))
        : base.withPart(CIPHERTEXT, other);
  }

  /** Returns a ciphertext with a tail under the tag, for readers that skip unknown characters. */
  private String authenticatedWithTail(String tail) {
    String odd = base.part(CIPHERTEXT) + tail;
    return ForgedCiphertexts.withRecomputedTag(base.withPart(CIPHERTEXT, odd), odd);
  }

  /** Returns another text that decoders read as the same bytes. */
  private static String withUnusedBit(String part) {
    int last = part.length() - 1;
    return part.substring(0, last) + (char) (part.charAt(last) + 1);
  }

  private static String json(List<String> p, String members) {
    return "{\"protected\":\"%s\",%s\"iv\":\"%s\",\"ciphertext\":\"%s\",\"tag\":\"%s\"}"
        .formatted(p.get(HEADER), members, p.get(IV), p.get(CIPHERTEXT), p.get(TAG));
  }
}
