package com.example.folderstore;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/**
 * A record as one line of ASCII, encoded like a query string, such as {@code
 * id=...&kind=OPEN&subject=alice}. Null values are omitted. Unknown fields, which a later version
 * may add, are ignored.
 */
final class RecordLine {

  private final Map<String, String> fields = new LinkedHashMap<>();

  private RecordLine() {}

  static String write(TokenRecord record) {
    RecordLine line = new RecordLine();
    line.put("id", record.id());
    line.put("kind", record.kind());
    line.put("subject", record.subject());
    record.roles().forEach(role -> line.put("role." + role, ""));
    line.put("group", record.group());
    line.put("parent", record.parent());
    line.put("client", record.client());
    line.put("binding", record.binding());
    line.put("issuedAt", record.issuedAt());
    line.put("lastUsedAt", record.lastUsedAt());
    line.put("idleTimeout", record.idleTimeout());
    line.put("idleExpiresAt", record.idleExpiresAt());
    line.put("expiresAt", record.expiresAt());
    record.attributes().forEach((name, value) -> line.put("attribute." + name, value));
    Revocation revocation = record.revocation();
    if (revocation != null) {
      line.put("endedAt", revocation.at());
      line.put("reason", revocation.reason());
      line.put("successor", revocation.successor());
    }
    return line.fields.entrySet().stream()
        .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  static TokenRecord read(String text) {
    RecordLine line = new RecordLine();
    for (String field : text.split("&", -1)) {
      String[] nameAndValue = field.split("=", 2);
      line.fields.put(decode(nameAndValue[0]), decode(nameAndValue[1]));
    }
    return TokenRecord.builder(
            line.require("id", TokenId::parse),
            line.require("kind", TokenKind::valueOf),
            line.require("subject", subject -> subject),
            line.require("issuedAt", Instant::parse))
        .roles(line.withPrefix("role.").keySet())
        .group(line.get("group", group -> group))
        .parent(line.get("parent", TokenId::parse))
        .client(line.get("client", client -> client))
        .binding(line.get("binding", binding -> binding))
        .lastUsedAt(line.require("lastUsedAt", Instant::parse))
        .idle(line.get("idleTimeout", Duration::parse), line.get("idleExpiresAt", Instant::parse))
        .expiresAt(line.get("expiresAt", Instant::parse))
        .attributes(line.withPrefix("attribute."))
        .revocation(line.get("endedAt", at -> line.revocation(Instant.parse(at))))
        .build();
  }

  private Revocation revocation(Instant at) {
    return new Revocation(
        at, require("reason", RevocationReason::valueOf), get("successor", TokenId::parse));
  }

  private void put(String name, @Nullable Object value) {
    if (value != null) {
      fields.put(name, value.toString());
    }
  }

  private <T> @Nullable T get(String name, Function<String, T> parser) {
    String value = fields.get(name);
    return value == null ? null : parser.apply(value);
  }

  private <T> T require(String name, Function<String, T> parser) {
    return parser.apply(Objects.requireNonNull(fields.get(name), name));
  }

  private Map<String, String> withPrefix(String prefix) {
    return fields.entrySet().stream()
        .filter(field -> field.getKey().startsWith(prefix))
        .collect(
            Collectors.toMap(
                field -> field.getKey().substring(prefix.length()), Map.Entry::getValue));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
