package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.codec.CraftedTokens.AUDIENCE;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS_JSON;
import static org.tokenfilter.codec.CraftedTokens.K1;
import static org.tokenfilter.codec.CraftedTokens.key;
import static org.tokenfilter.testsupport.forgery.TokenForge.HEADER_JSON;
import static org.tokenfilter.testsupport.forgery.TokenForge.bytes;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwe.KeyManagementAlgorithmIdentifiers;
import org.jose4j.keys.AesKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.testsupport.forgery.TokenForge;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Arbitrary texts sent as tokens, and arbitrary content encrypted with the right key. */
class TokenFuzzTest {

  private static final ContentKey K2 =
      key("k2", ContentEncryption.A256CBC_HS512, ContentKey.State.ACCEPT);
  private static final ContentKey K3 =
      key("k3", ContentEncryption.A256GCM, ContentKey.State.STAGED);
  private static final ContentKey RETIRED =
      key("k4", ContentEncryption.A128CBC_HS256, ContentKey.State.RETIRED);
  private static final List<ContentKey> DECRYPTING = List.of(K1, K2, K3);

  private static final JweTokenCodec CODEC = CraftedTokens.codec(K1, K2, K3, RETIRED);

  /** The only issued tokens. */
  private static final Set<String> ISSUED =
      DECRYPTING.stream().map(TokenFuzzTest::issued).collect(Collectors.toSet());

  private static final int MAX_CHARACTERS = 1024;
  private static final String REFUSED = "invalid token: ";

  /** All details of refusals: no other text may occur, and so none of the token. */
  private static final Set<String> DETAILS =
      Set.of(
          "it is longer than 1024 characters",
          "it has fewer than five parts",
          "it has more than five parts",
          "it has an encrypted key",
          "a part is not canonical base64url",
          "a character is not in the base64url alphabet",
          "no key in the key ring has its header",
          "its key is for another encryption",
          "its key is retired",
          "it does not decrypt",
          "its claims are not valid",
          "it is for another audience");

  /** Accepts only texts that equal an issued token. */
  @FuzzTest(maxDuration = "10m")
  void anyText(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    TokenClaims claims = decoded(text);
    assertThat(claims).isEqualTo(ISSUED.contains(text) ? CLAIMS : null);
  }

  /** Accepts claims exactly if the reference reader does, and then encodes and decodes them. */
  @FuzzTest(maxDuration = "10m")
  void anyClaims(byte[] content) throws Exception {
    String token = TokenForge.withContent(content);
    TokenClaims claims = decoded(token);
    boolean tooLong = token.length() > MAX_CHARACTERS;
    assertThat(claims).isEqualTo(tooLong ? null : ClaimsOracle.read(content, AUDIENCE));
    if (claims != null) {
      assertThat(CODEC.decode(CODEC.encode(claims))).isEqualTo(claims);
    }
  }

  /** Accepts only the header of the key. Objects are encoded, other input is sent unchanged. */
  @FuzzTest(maxDuration = "10m")
  void anyHeader(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    String segment = text.startsWith("{") ? Base64Url.encode(data) : text;
    TokenClaims claims = decoded(CraftedTokens.withHeaderSegment(segment));
    boolean ours = segment.equals(Base64Url.encode(HEADER_JSON));
    assertThat(claims).isEqualTo(ours ? CLAIMS : null);
  }

  /** Decrypts tokens of each key to the same content as jose4j, and accepts no other form. */
  @FuzzTest(maxDuration = "10m")
  void otherSpellings(FuzzedDataProvider data) throws Exception {
    ContentKey key = data.pickValue(DECRYPTING);
    byte[] iv = bytes("iv" + data.consumeByte(), key.encryption().ivLength());
    String content = data.consumeBoolean() ? spaced(data) : CLAIMS_JSON;
    String token =
        CraftedTokens.seal(key, header(key), iv, content.getBytes(StandardCharsets.UTF_8));
    assertThat(decoded(token)).isEqualTo(CLAIMS);
    assertThat(byJose4j(key, token)).isEqualTo(content);

    StringBuilder spelling = new StringBuilder(token);
    do {
      mutate(spelling, data);
    } while (data.remainingBytes() > 0);
    String other = spelling.toString();
    assertThat(decoded(other)).isEqualTo(other.equals(token) ? CLAIMS : null);
  }

  /** Adds white space between JSON tokens. */
  private static String spaced(FuzzedDataProvider data) {
    String space = data.pickValue(List.of(" ", "\t", "\n", "\r", ""));
    return CLAIMS_JSON
        .replace(",", space + "," + space)
        .replace("}", space + "}" + space)
        .replace("{", space + "{" + space);
  }

  /** Makes one change to the text. */
  private static void mutate(StringBuilder text, FuzzedDataProvider data) {
    int at = data.consumeInt(0, text.length() - 1);
    switch (data.consumeInt(0, 8)) {
      case 0 -> text.insert(at, data.consumeChar());
      case 1 -> text.setCharAt(at, data.consumeChar());
      case 2 -> delete(text, at);
      case 3 -> text.append(data.consumeString(4));
      case 4 -> text.setCharAt(at, neighbour(text.charAt(at), data.consumeInt(1, 63)));
      case 5 -> text.setCharAt(at, (char) (text.charAt(at) ^ ' '));
      case 6 -> text.replace(at, at + 1, "%%%02X".formatted((int) text.charAt(at)));
      case 7 -> text.insert(at, data.pickValue(List.of(" ", "\n", "\t", "=", ".", "+", "/", "\0")));
      default -> text.insert(0, data.consumeString(4));
    }
  }

  private static void delete(StringBuilder text, int at) {
    if (text.length() > 1) {
      text.deleteCharAt(at);
    }
  }

  /** Returns the digit that differs in these bits; the last digit of a part has spare bits. */
  private static char neighbour(char digit, int bits) {
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int value = alphabet.indexOf(digit);
    return value < 0 ? digit : alphabet.charAt(value ^ bits);
  }

  private static String header(ContentKey key) {
    return ContentCipher.headerSegment(key.kid(), key.encryption());
  }

  private static String issued(ContentKey key) {
    return CraftedTokens.seal(
        key,
        header(key),
        bytes("iv", key.encryption().ivLength()),
        CLAIMS_JSON.getBytes(StandardCharsets.UTF_8));
  }

  private static String byJose4j(ContentKey key, String token) throws JoseException {
    JsonWebEncryption jwe = new JsonWebEncryption();
    jwe.setAlgorithmConstraints(
        new AlgorithmConstraints(ConstraintType.PERMIT, KeyManagementAlgorithmIdentifiers.DIRECT));
    jwe.setKey(new AesKey(key.bytes()));
    jwe.setCompactSerialization(token);
    return jwe.getPlaintextString();
  }

  /** Returns the claims of a token; null if it is refused with a known detail. */
  private static @Nullable TokenClaims decoded(String token) {
    try {
      return CODEC.decode(token);
    } catch (TokenRejectedException e) {
      assertThat(e.rejection()).isEqualTo(Rejection.INVALID);
      assertThat(e.detail()).startsWith(REFUSED);
      assertThat(DETAILS).contains(e.detail().substring(REFUSED.length()));
      return null;
    }
  }
}
