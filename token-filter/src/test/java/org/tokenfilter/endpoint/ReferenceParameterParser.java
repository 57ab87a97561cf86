package org.tokenfilter.endpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A slow parser that follows the rules byte by byte. It returns null for a bad request. */
final class ReferenceParameterParser {

  private static final int MAX_NESTING = 16;
  private static final int MAX_DIGITS = 8192;
  private static final int HEX = 16;

  private static final ObjectMapper TREES =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_NESTING)
                          .maxNumberLength(MAX_DIGITS)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ReferenceParameterParser() {}

  static @Nullable Map<String, String> json(byte[] body, AllowedParameters allowed) {
    String text = utf8(body);
    JsonNode tree = text == null ? null : tree(text);
    if (tree == null || !tree.isObject()) {
      return null;
    }
    Map<String, String> fields = new TreeMap<>();
    for (Iterator<String> all = tree.fieldNames(); all.hasNext(); ) {
      String name = all.next();
      boolean known = allowed.names().contains(name);
      JsonNode value = tree.get(name);
      if (known ? !value.isTextual() || !isText(value.textValue()) : !allowed.othersIgnored()) {
        return null;
      }
      if (known) {
        fields.put(name, value.textValue());
      }
    }
    return fields;
  }

  static @Nullable Map<String, String> form(byte[] form, AllowedParameters allowed) {
    Map<String, String> fields = new TreeMap<>();
    for (String pair : new String(form, StandardCharsets.ISO_8859_1).split("&", -1)) {
      String[] parts = pair.split("=", 2);
      String name = decoded(parts[0]);
      if (name == null || (!pair.isEmpty() && !isAllowed(allowed, name))) {
        return null;
      }
      if (!pair.isEmpty() && allowed.names().contains(name)) {
        String value = decoded(parts.length == 1 ? "" : parts[1]);
        if (value == null || fields.put(name, value) != null) {
          return null;
        }
      }
    }
    return fields;
  }

  private static boolean isAllowed(AllowedParameters allowed, String name) {
    return allowed.othersIgnored() || allowed.names().contains(name);
  }

  private static @Nullable String decoded(String encoded) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c != '%') {
        bytes.write(c == '+' ? ' ' : c);
        continue;
      }
      if (i + 2 >= encoded.length()) {
        return null;
      }
      int high = hex(encoded.charAt(i + 1));
      int low = hex(encoded.charAt(i + 2));
      if (high < 0 || low < 0) {
        return null;
      }
      bytes.write(high * HEX + low);
      i += 2;
    }
    String text = utf8(bytes.toByteArray());
    return text != null && isText(text) ? text : null;
  }

  private static int hex(char digit) {
    return "0123456789abcdef".indexOf(digit >= 'A' && digit <= 'F' ? digit + ' ' : digit);
  }

  private static boolean isText(String text) {
    return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private static @Nullable String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static @Nullable JsonNode tree(String text) {
    try {
      return TREES.readTree(text);
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
