package org.tokenfilter.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;

/** A reference reader of claims, which builds a tree and checks rule by rule at any cost. */
final class ClaimsOracle {

  private static final int MAX_BYTES = 768;
  private static final long LAST_SECOND = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
  private static final Set<String> REQUIRED = Set.of("jti", "k", "aud", "iat");

  private static final Map<String, TokenKind> KINDS =
      Map.of("s", TokenKind.SESSION, "o", TokenKind.OPEN, "u", TokenKind.USER);

  private static final ObjectMapper TREES =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ClaimsOracle() {}

  /** Returns the claims in these bytes; null if they are invalid or for another audience. */
  static @Nullable TokenClaims read(byte[] content, String audience) {
    JsonNode tree = content.length > MAX_BYTES ? null : tree(content);
    if (tree == null || !tree.isObject()) {
      return null;
    }
    Set<String> names = new HashSet<>();
    tree.fieldNames().forEachRemaining(names::add);
    boolean ends = names.remove("exp");
    if (!names.equals(REQUIRED)
        || !tree.get("aud").isTextual()
        || !tree.get("aud").textValue().equals(audience)
        || !tree.get("k").isTextual()
        || !isSecond(tree.get("iat"))
        || (ends && !isSecond(tree.get("exp")))) {
      return null;
    }
    TokenId id = id(tree.get("jti"));
    TokenKind kind = KINDS.get(tree.get("k").textValue());
    Instant issued = Instant.ofEpochSecond(tree.get("iat").longValue());
    Instant end = ends ? Instant.ofEpochSecond(tree.get("exp").longValue()) : null;
    return id == null || kind == null || (end != null && end.isBefore(issued))
        ? null
        : new TokenClaims(id, kind, audience, issued, end);
  }

  private static @Nullable JsonNode tree(byte[] content) {
    try {
      return TREES.readTree(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString());
    } catch (CharacterCodingException | JsonProcessingException e) {
      return null;
    }
  }

  private static boolean isSecond(JsonNode node) {
    return node.isIntegralNumber()
        && node.canConvertToLong()
        && node.longValue() > 0
        && node.longValue() <= LAST_SECOND;
  }

  /** Decodes an id by a lenient library, and accepts only the canonical form. */
  private static @Nullable TokenId id(JsonNode node) {
    if (!node.isTextual()) {
      return null;
    }
    byte[] bytes = org.jose4j.base64url.Base64Url.decode(node.textValue());
    boolean canonical =
        bytes.length == TokenId.LENGTH
            && org.jose4j.base64url.Base64Url.encode(bytes).equals(node.textValue());
    return canonical ? TokenId.of(bytes) : null;
  }
}
