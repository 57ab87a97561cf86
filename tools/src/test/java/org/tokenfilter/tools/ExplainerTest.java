package org.tokenfilter.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.tools.ExplainerFixture.ALICE;
import static org.tokenfilter.tools.ExplainerFixture.AUDIENCE;
import static org.tokenfilter.tools.ExplainerFixture.CLIENT;
import static org.tokenfilter.tools.ExplainerFixture.K1;
import static org.tokenfilter.tools.ExplainerFixture.OTHER_CLIENT;
import static org.tokenfilter.tools.ExplainerFixture.key;
import static org.tokenfilter.tools.ExplainerFixture.part;
import static org.tokenfilter.tools.ExplainerFixture.presentation;
import static org.tokenfilter.tools.ExplainerFixture.withPart;
import static org.tokenfilter.tools.ExplainerFixture.withoutSessionId;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.TokenRejectedException;

/** Explanations of every reason to refuse a token. */
class ExplainerTest {

  private final ExplainerFixture fixture = new ExplainerFixture();
  private final EnumSet<RefusalReason> seen = EnumSet.noneOf(RefusalReason.class);

  @Test
  void explainsEveryRefusalReasonAtItsCheck() throws Exception {
    checkTextReasons();
    checkKeyReasons();
    checkContentReasons();
    checkSessionIdReasons();
    checkRecordReasons();
    checkRevocationAndExpiryReasons();
    assertThat(seen).containsExactlyInAnyOrder(RefusalReason.values());
  }

  private void checkTextReasons() throws Exception {
    String token = fixture.issueOpen(Duration.ZERO).value();
    assertExplained(
        RefusalReason.TOO_LONG, "length      REFUSED  1025 characters", "x".repeat(1025));
    assertExplained(
        RefusalReason.TOO_FEW_PARTS,
        "parts       REFUSED",
        token.substring(0, token.length() - 30));
    assertExplained(RefusalReason.TOO_FEW_PARTS, "parts       REFUSED", "");
    assertExplained(
        RefusalReason.TOO_MANY_PARTS, "parts       REFUSED", token + "." + part(token, 2));
    assertExplained(RefusalReason.ENCRYPTED_KEY, "parts       REFUSED", withPart(token, 1, "AAAA"));
    assertExplained(RefusalReason.INVALID_CHARACTER, "alphabet    REFUSED", "Bearer " + token);
    assertExplained(RefusalReason.INVALID_CHARACTER, "alphabet    REFUSED", '"' + token + '"');
    assertExplained(
        RefusalReason.NOT_CANONICAL,
        "canonical   REFUSED",
        withPart(token, 4, part(token, 4) + "AAA"));
    assertExplained(
        RefusalReason.UNKNOWN_HEADER,
        "header      REFUSED",
        withPart(
            token,
            0,
            ExplainerFixture.base64("{\"alg\":\"dir\"}".getBytes(StandardCharsets.US_ASCII))));
  }

  private void checkKeyReasons() throws Exception {
    String token = fixture.issueOpen(Duration.ZERO).value();
    assertExplained(
        RefusalReason.UNKNOWN_KEY,
        "header      REFUSED  key 'k9', A128CBC-HS256",
        sealed(key("k9", ContentEncryption.A128CBC_HS256, ContentKey.State.ACTIVE, 9)));
    assertExplained(
        RefusalReason.WRONG_ENCRYPTION,
        "key         REFUSED  'k1' is active, for A128CBC-HS256",
        sealed(key("k1", ContentEncryption.A256GCM, ContentKey.State.ACTIVE, 1)));
    assertExplained(
        RefusalReason.RETIRED_KEY,
        "key         REFUSED  'k0' is retired, for A256GCM",
        sealed(key("k0", ContentEncryption.A256GCM, ContentKey.State.ACTIVE, 0)));
    assertExplained(
        RefusalReason.NOT_DECRYPTED,
        "decryption  REFUSED",
        sealed(key("k1", ContentEncryption.A128CBC_HS256, ContentKey.State.ACTIVE, 5)));
    String other = fixture.issueOpen(Duration.ZERO).value();
    assertExplained(
        RefusalReason.NOT_DECRYPTED, "decryption  REFUSED", withPart(token, 4, part(other, 4)));
  }

  private void checkContentReasons() {
    assertExplained(
        RefusalReason.INVALID_CLAIMS,
        "claims      REFUSED",
        ExplainerFixture.encryptedContent("{}"));
    TokenClaims others =
        new TokenClaims(id(3), TokenKind.OPEN, "/invoices", fixture.clock.instant(), null);
    assertExplained(
        RefusalReason.WRONG_AUDIENCE,
        "audience    REFUSED",
        ExplainerFixture.codec("/invoices", KeyRing.of(List.of(K1))).encode(others));
  }

  private void checkSessionIdReasons() throws Exception {
    IssuedToken session = fixture.issueSession();
    String sessionId = sessionId(session);
    String another = sessionId(fixture.issueSession());
    assertExplained(
        RefusalReason.MISSING_SESSION_ID,
        "session id  REFUSED  0 came with it",
        new PresentedInput(session.value(), Set.of(), CLIENT));
    assertExplained(
        RefusalReason.WRONG_SESSION_ID,
        "session id  REFUSED  2 came with it",
        new PresentedInput(
            session.value(), Set.of(another, sessionId(fixture.issueSession())), CLIENT));
    assertExplained(
        RefusalReason.MALFORMED_SESSION_ID,
        "session id  REFUSED  one came with it",
        new PresentedInput(session.value(), Set.of(sessionId + " "), CLIENT));
    assertExplained(
        RefusalReason.WRONG_SESSION_ID,
        "session id  REFUSED  one came with it",
        new PresentedInput(session.value(), Set.of(another), CLIENT));
    assertExplained(
        RefusalReason.WRONG_CLIENT,
        "client      REFUSED  bound to 192.0.2.1, comes from 192.0.2.2",
        new PresentedInput(session.value(), Set.of(sessionId), OTHER_CLIENT));
    assertExplained(
        RefusalReason.OTHER_IP_VERSION,
        "client      REFUSED  bound to 192.0.2.1, comes from 2001:db8:0:0:0:0:0:1",
        new PresentedInput(session.value(), Set.of(sessionId), ClientAddress.parse("2001:db8::1")));
  }

  private void checkRecordReasons() throws Exception {
    assertExplained(RefusalReason.UNKNOWN_RECORD, "record      REFUSED", sealed(K1));
    IssuedToken open = fixture.issueOpen(Duration.ZERO);
    TokenClaims asUser =
        new TokenClaims(
            open.record().id(), TokenKind.USER, AUDIENCE, open.record().issuedAt(), null);
    assertExplained(
        RefusalReason.CLAIMS_MISMATCH,
        "agreement   REFUSED",
        ExplainerFixture.codec(AUDIENCE, ExplainerFixture.RING).encode(asUser));
    TokenRecord another = fixture.issueOpen(Duration.ZERO).record();
    seen.add(RefusalReason.WRONG_RECORD);
    assertRefused(
        RefusalReason.WRONG_RECORD,
        "record      REFUSED  of 'alice'",
        new Explainer(
                () -> ExplainerFixture.RING, AUDIENCE, fixture.clock, id -> Optional.of(another))
            .explain(presentation(open)));
  }

  private void checkRevocationAndExpiryReasons() throws Exception {
    IssuedToken open = fixture.issueOpen(Duration.ofMinutes(10));
    IssuedToken closed = fixture.issueOpen(Duration.ZERO);
    fixture.service.revoke(closed.record().id());
    IssuedToken old = fixture.service.issueApiClientToken(ALICE, "live", "till");
    IssuedToken successor =
        fixture.service.refresh(ExplainerFixture.toPresentedToken(withoutSessionId(old.value())));
    IssuedToken evicted =
        evicted(List.of(fixture.issueSession(), fixture.issueSession(), fixture.issueSession()));
    IssuedToken idle = fixture.issueUser();
    fixture.clock.move(Duration.ofMinutes(15));
    assertExplained(
        RefusalReason.CLOSED,
        "revocation  REFUSED  closed 2026-03-01T10:00:00Z, PT15M ago",
        withoutSessionId(closed.value()));
    assertExplained(
        RefusalReason.REPLACED,
        "revocation  REFUSED  replaced 2026-03-01T10:00:00Z, PT15M ago, by "
            + successor.record().id(),
        withoutSessionId(old.value()));
    assertExplained(
        RefusalReason.EVICTED,
        "revocation  REFUSED  evicted 2026-03-01T10:00:00Z, PT15M ago",
        presentation(evicted));
    assertExplained(
        RefusalReason.EXPIRED,
        "expiry      REFUSED  expired at 2026-03-01T10:10:00Z, PT5M ago (regardless of use)",
        withoutSessionId(open.value()));
    assertExplained(
        RefusalReason.EXPIRED,
        "expiry      REFUSED  expired at 2026-03-01T10:15:00Z, PT0S ago (unless used: last used"
            + " 2026-03-01T10:00:00Z, idle timeout PT15M)",
        withoutSessionId(idle.value()));
    Instant now = fixture.clock.instant();
    fixture.memory.sweep(0, now, now.minus(Duration.ofHours(1)), 1000);
    assertExplained(
        RefusalReason.SWEPT, "revocation  REFUSED  expired", withoutSessionId(open.value()));
  }

  /** Returns the evicted session. The order of sessions issued at the same time is undefined. */
  private IssuedToken evicted(List<IssuedToken> sessions) {
    return sessions.stream()
        .filter(one -> fixture.memory.find(one.record().id()).orElseThrow().revocation() != null)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void goodTokenPassesEveryCheckInOrder() throws Exception {
    IssuedToken session = fixture.issueSession();
    fixture.clock.move(Duration.ofMinutes(10));
    Explanation explanation = fixture.explain(presentation(session));
    assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.ACCEPTED);
    assertThat(explanation.lines())
        .containsExactly(
            "length      ok       " + session.value().length() + " characters",
            "parts       ok",
            "alphabet    ok",
            "canonical   ok",
            "header      ok       key 'k1', A128CBC-HS256",
            "key         ok       'k1' is active, for A128CBC-HS256",
            "decryption  ok",
            "claims      ok       session token, handle "
                + session.record().id()
                + ", issued 2026-03-01T10:00:00Z, expires at 2026-03-08T10:00:00Z at the latest",
            "audience    ok       /shop",
            "session id  ok       one came with it",
            "record      ok       of 'alice'",
            "agreement   ok",
            "client      ok       bound to 192.0.2.1, comes from 192.0.2.1",
            "revocation  ok       none",
            "expiry      ok       expires at 2026-03-01T10:30:00Z, in PT20M (unless used: last"
                + " used 2026-03-01T10:00:00Z, idle timeout PT30M)",
            "",
            "ACCEPTED: After a successful request, it would expire in PT30M.");
  }

  @Test
  void acceptsTokenThatNeverExpires() throws Exception {
    Explanation explanation = fixture.explain(presentation(fixture.issueOpen(Duration.ZERO)));
    assertThat(explanation.lines()).endsWith("ACCEPTED: It never expires.");
  }

  @Test
  void authenticTokenIsUndecidedWithoutAStore() throws Exception {
    Explanation explanation = fixture.explain(presentation(fixture.issueOpen(Duration.ZERO)), null);
    assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.UNDECIDED);
    assertThat(explanation.lines()).contains("record      ?        no store was named");
    assertThat(lastLine(explanation)).startsWith("UNDECIDED: It is authentic.");
  }

  @Test
  void refusesDefectiveTokenWithoutAStore() throws Exception {
    String token = fixture.issueSession().value();
    assertThat(fixture.explain(withoutSessionId(token + "x"), null).verdict())
        .isEqualTo(Explanation.Verdict.REFUSED);
    assertRefused(
        RefusalReason.MISSING_SESSION_ID,
        "session id  REFUSED",
        fixture.explain(withoutSessionId(token), null));
  }

  @Test
  void unavailableStoreDecidesNothing() throws Exception {
    Explainer explainer =
        new Explainer(
            () -> ExplainerFixture.RING,
            AUDIENCE,
            fixture.clock,
            id -> {
              throw new TokenStoreException("the database is down", null, true);
            });
    Explanation explanation = explainer.explain(presentation(fixture.issueOpen(Duration.ZERO)));
    assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.UNDECIDED);
    assertThat(explanation.lines())
        .contains("record      ?        the store did not answer: the database is down");
  }

  @Test
  void onlyBoundTokenIsUndecidedForUnknownClient() throws Exception {
    IssuedToken session = fixture.issueSession();
    PresentedInput unknown = new PresentedInput(session.value(), Set.of(sessionId(session)), null);
    Explanation explanation = fixture.explain(unknown);
    assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.UNDECIDED);
    assertThat(explanation.lines())
        .contains("client      ?        bound to 192.0.2.1, comes from an unknown client");
    IssuedToken open = fixture.issueOpen(Duration.ZERO);
    assertThat(fixture.explain(new PresentedInput(open.value(), Set.of(), null)).verdict())
        .isEqualTo(Explanation.Verdict.ACCEPTED);
    fixture.service.revoke(session.record().id());
    assertRefused(RefusalReason.CLOSED, "revocation  REFUSED  closed", fixture.explain(unknown));
  }

  @Test
  void laterChecksAreShownButDoNotCount() throws Exception {
    IssuedToken session = fixture.issueSession();
    fixture.service.revoke(session.record().id());
    Explanation explanation = fixture.explain(withoutSessionId(session.value()));
    assertRefused(RefusalReason.MISSING_SESSION_ID, "session id  REFUSED", explanation);
    assertThat(explanation.lines())
        .contains("revocation  -        closed 2026-03-01T10:00:00Z, PT0S ago");
  }

  @Test
  void replacesControlCharactersOfTheSubject() throws Exception {
    IssuedToken token =
        fixture.service.issueOpen(
            org.tokenfilter.token.Subject.of("a\u001b[2J\u202e\nb", "user"), Duration.ZERO, CLIENT);
    assertThat(fixture.explain(presentation(token)).lines())
        .contains("record      ok       of 'a?[2J??b'");
  }

  private String sealed(ContentKey key) {
    return ExplainerFixture.codec(key)
        .encode(new TokenClaims(id(1), TokenKind.OPEN, AUDIENCE, fixture.clock.instant(), null));
  }

  private static TokenId id(int number) {
    byte[] bytes = new byte[TokenId.LENGTH];
    bytes[0] = (byte) number;
    return TokenId.of(bytes);
  }

  private static String sessionId(IssuedToken token) {
    SessionId id = Objects.requireNonNull(token.sessionId());
    return id.value();
  }

  private void assertExplained(RefusalReason reason, String line, String token) {
    assertExplained(reason, line, withoutSessionId(token));
  }

  private void assertExplained(RefusalReason reason, String line, PresentedInput presented) {
    seen.add(reason);
    Explanation explanation = fixture.explain(presented);
    assertRefused(reason, line, explanation);
    assertShowsNoSecret(explanation, presented);
    assertThat(isRefusedByTheLibrary(presented)).as(reason.name()).isTrue();
  }

  private boolean isRefusedByTheLibrary(PresentedInput presented) {
    try {
      fixture.service.validate(ExplainerFixture.toPresentedToken(presented));
      return false;
    } catch (TokenRejectedException refused) {
      return true;
    }
  }

  private static void assertRefused(RefusalReason reason, String line, Explanation explanation) {
    assertThat(explanation.verdict()).as(reason.name()).isEqualTo(Explanation.Verdict.REFUSED);
    assertThat(explanation.lines()).as(reason.name()).anyMatch(one -> one.startsWith(line));
    assertThat(lastLine(explanation))
        .startsWith("REFUSED: " + reason.sentence() + " Its sender receives");
  }

  /**
   * Asserts that no eight characters of a part of the token or of a session id are shown, and no
   * attribute.
   */
  static void assertShowsNoSecret(Explanation explanation, PresentedInput presented) {
    String text = String.join("\n", explanation.lines());
    assertThat(text).doesNotContain("attribute-of-alice");
    presented.sessionIds().forEach(id -> assertThat(text).doesNotContain(id.substring(0, 8)));
    for (String part : presented.token().split("\\.", -1)) {
      if (part.length() >= 8) {
        assertThat(text).doesNotContain(part.substring(0, 8));
        assertThat(text).doesNotContain(part.substring(part.length() - 8));
      }
    }
  }

  private static String lastLine(Explanation explanation) {
    return explanation.lines().get(explanation.lines().size() - 1);
  }
}
