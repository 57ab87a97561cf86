package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** The audit log, which shows the values that a client sent, and in which none forges a line. */
final class AuditLogTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  private final LogLines lines = new LogLines("org.tokenfilter.audit");
  private final AuditLog audit = new AuditLog();

  @AfterEach
  void closeLines() {
    lines.close();
  }

  @ParameterizedTest
  @CsvSource({
    "0x20, ' '",
    "0x7e, ~",
    "0x1f, \\u001f",
    "0x7f, \\u007f",
    "0x0a, \\u000a",
    "0xe9, \\u00e9",
    "0x22, \\\"",
    "0x5c, \\\\"
  })
  void escapesAllButPrintableAscii(int character, String shown) {
    assertThat(failed("a" + (char) character + "b")).isEqualTo("a" + shown + "b");
  }

  @Test
  void marksTruncationOfLongValues() {
    assertThat(failed("a".repeat(255))).isEqualTo("a".repeat(255));
    assertThat(failed("a".repeat(256))).isEqualTo("a".repeat(255) + "...");
  }

  @Test
  void misuseIsAWarningAndOrdinaryRejectionIsNot() {
    audit.logRejected(
        new TokenRejectedException(RefusalCause.CLAIMS_MISMATCH, "forged"), ServiceFixture.CLIENT);
    audit.logRejected(
        new TokenRejectedException(Rejection.EXPIRED, "expired"), ServiceFixture.CLIENT);

    assertThat(lines.take())
        .containsExactly(
            "WARN event=refused rejection=invalid why=\"forged\" client=\"192.0.2.1\"",
            "DEBUG event=refused rejection=expired why=\"expired\" client=\"192.0.2.1\"");
  }

  @Test
  void eachTokenEventIsOneLine() {
    TokenRecord limited = record(NOW.plusSeconds(60));
    audit.tokenIssued(limited);
    audit.tokenIssued(record(null));
    audit.tokenRenewed(limited);
    audit.tokenRevoked(limited.id(), RevocationReason.EVICTED);
    audit.refreshTokenReused(limited, ServiceFixture.NEIGHBOUR);
    audit.subjectDisabled("alice", "account disabled or deleted");

    assertThat(lines.take())
        .containsExactly(
            "INFO event=issued kind=open handle=AAAAAAAA subject=\"alice\" client=\"null\"",
            "INFO event=issued kind=open handle=AAAAAAAA subject=\"alice\" client=\"null\""
                + " expires=never",
            "DEBUG event=renewed handle=AAAAAAAA",
            "INFO event=ended handle=AAAAAAAA reason=evicted",
            "WARN event=refresh-replay handle=AAAAAAAA subject=\"alice\" client=\"192.0.2.2\"",
            "WARN event=subject-barred subject=\"alice\" why=\"account disabled or deleted\"");
  }

  @Test
  void documentExplainsEachLine() throws Exception {
    TokenRecord limited = record(NOW.plusSeconds(60));
    audit.tokenIssued(limited);
    audit.tokenRenewed(limited);
    audit.tokenRevoked(limited.id(), RevocationReason.EVICTED);
    audit.logRejected(
        new TokenRejectedException(RefusalCause.CLAIMS_MISMATCH, "forged"), ServiceFixture.CLIENT);
    audit.logRejected(
        new TokenRejectedException(Rejection.EXPIRED, "expired"), ServiceFixture.CLIENT);
    audit.logRejected(
        new TokenRejectedException(RefusalCause.OTHER_IP_VERSION), ServiceFixture.CLIENT);
    audit.refreshTokenReused(limited, ServiceFixture.NEIGHBOUR);
    audit.subjectDisabled("alice", "account disabled or deleted");
    audit.loginFailed("alice", Rejection.WRONG_CREDENTIALS, ServiceFixture.CLIENT);

    Map<String, Set<String>> explained = new TreeMap<>();
    for (MatchResult row :
        Pattern.compile("(?m)^\\| `event=([a-z-]+)` \\| ([A-Z, or]+) \\|")
            .matcher(Files.readString(Path.of("../docs/operations.md")))
            .results()
            .toList()) {
      explained.put(row.group(1), Set.of(row.group(2).split(", | or ", -1)));
    }
    assertThat(
            lines.take().stream()
                .map(line -> line.split(" (event=)?", 3))
                .collect(
                    Collectors.groupingBy(
                        it -> it[1], Collectors.mapping(it -> it[0], Collectors.toSet()))))
        .isEqualTo(explained);
  }

  @Test
  void everyListenerEventHasALine() {
    assertThat(TokenListener.class.getDeclaredMethods())
        .as("all listener events; the two tests above must cover a new one, too")
        .filteredOn(method -> !method.isSynthetic())
        .extracting(Method::getName)
        .containsExactlyInAnyOrder(
            "tokenIssued",
            "tokenRenewed",
            "tokenRevoked",
            "refreshTokenReused",
            "subjectDisabled",
            "tokenRejected",
            "loginFailed");
  }

  private static TokenRecord record(@Nullable Instant expiresAt) {
    return TokenRecord.builder(TokenId.of(new byte[TokenId.LENGTH]), TokenKind.OPEN, "alice", NOW)
        .expiresAt(expiresAt)
        .build();
  }

  private String failed(String username) {
    audit.loginFailed(username, Rejection.INVALID, ServiceFixture.CLIENT);
    assertThat(lines.lines()).isNotEmpty();
    String line = lines.take().get(0);
    String before = "WARN event=login-failed username=\"";
    String after = "\" rejection=invalid client=\"192.0.2.1\"";
    assertThat(line).startsWith(before).endsWith(after);
    return line.substring(before.length(), line.length() - after.length());
  }
}
