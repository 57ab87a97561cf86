package org.tokenfilter.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.tools.Scene.ALICE;
import static org.tokenfilter.tools.Scene.AUDIENCE;
import static org.tokenfilter.tools.Scene.CLIENT;
import static org.tokenfilter.tools.Scene.K1;
import static org.tokenfilter.tools.Scene.NEIGHBOUR;
import static org.tokenfilter.tools.Scene.alone;
import static org.tokenfilter.tools.Scene.key;
import static org.tokenfilter.tools.Scene.part;
import static org.tokenfilter.tools.Scene.rightly;
import static org.tokenfilter.tools.Scene.with;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.codec.ContentEncryption;
import org.tokenfilter.codec.ContentKey;
import org.tokenfilter.codec.KeyRing;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.TokenClaims;
import org.tokenfilter.token.TokenRejectedException;

/** Explanations of every reason to refuse a token. */
class ExplainerTest {

  private final Scene scene = new Scene();
  private final EnumSet<RefusalReason> seen = EnumSet.noneOf(RefusalReason.class);

  @Test
  void everyReasonToRefuseIsExplainedInItsPlace() throws Exception {
    ofTheText();
    ofTheKey();
    ofTheContent();
    ofTheSessionId();
    ofTheRecord();
    ofTheEnd();
    assertThat(seen).containsExactlyInAnyOrder(RefusalReason.values());
  }

  private void ofTheText() throws Exception {
    String token = scene.open(Duration.ZERO).value();
    refused(RefusalReason.TOO_LONG, "length      REFUSED  1025 characters", "x".repeat(1025));
    refused(
        RefusalReason.TOO_FEW_PARTS,
        "parts       REFUSED",
        token.substring(0, token.length() - 30));
    refused(RefusalReason.TOO_FEW_PARTS, "parts       REFUSED", "");
    refused(RefusalReason.TOO_MANY_PARTS, "parts       REFUSED", token + "." + part(token, 2));
    refused(RefusalReason.ENCRYPTED_KEY, "parts       REFUSED", with(token, 1, "AAAA"));
    refused(RefusalReason.INVALID_CHARACTER, "alphabet    REFUSED", "Bearer " + token);
    refused(RefusalReason.INVALID_CHARACTER, "alphabet    REFUSED", '"' + token + '"');
    refused(
        RefusalReason.NOT_CANONICAL, "canonical   REFUSED", with(token, 4, part(token, 4) + "AAA"));
    refused(
        RefusalReason.UNKNOWN_HEADER,
        "header      REFUSED",
        with(token, 0, Scene.base64("{\"alg\":\"dir\"}".getBytes(StandardCharsets.US_ASCII))));
  }

  private void ofTheKey() throws Exception {
    String token = scene.open(Duration.ZERO).value();
    refused(
        RefusalReason.UNKNOWN_KEY,
        "header      REFUSED  key 'k9', A128CBC-HS256",
        sealed(key("k9", ContentEncryption.A128CBC_HS256, ContentKey.State.ACTIVE, 9)));
    refused(
        RefusalReason.WRONG_ENCRYPTION,
        "key         REFUSED  'k1' is active, for A128CBC-HS256",
        sealed(key("k1", ContentEncryption.A256GCM, ContentKey.State.ACTIVE, 1)));
    refused(
        RefusalReason.RETIRED_KEY,
        "key         REFUSED  'k0' is retired, for A256GCM",
        sealed(key("k0", ContentEncryption.A256GCM, ContentKey.State.ACTIVE, 0)));
    refused(
        RefusalReason.NOT_DECRYPTED,
        "decryption  REFUSED",
        sealed(key("k1", ContentEncryption.A128CBC_HS256, ContentKey.State.ACTIVE, 5)));
    String other = scene.open(Duration.ZERO).value();
    refused(RefusalReason.NOT_DECRYPTED, "decryption  REFUSED", with(token, 4, part(other, 4)));
  }

  private void ofTheContent() {
    refused(RefusalReason.INVALID_CLAIMS, "claims      REFUSED", Scene.crafted("{}"));
    TokenClaims others =
        new TokenClaims(id(3), TokenKind.OPEN, "/invoices", scene.clock.instant(), null);
    refused(
        RefusalReason.WRONG_AUDIENCE,
        "audience    REFUSED",
        Scene.codec("/invoices", KeyRing.of(List.of(K1))).encode(others));
  }

  private void ofTheSessionId() throws Exception {
    IssuedToken session = scene.session();
    String sessionId = sessionId(session);
    String another = sessionId(scene.session());
    refused(
        RefusalReason.MISSING_SESSION_ID,
        "session id  REFUSED  0 came with it",
        new Presentation(session.value(), Set.of(), CLIENT));
    refused(
        RefusalReason.WRONG_SESSION_ID,
        "session id  REFUSED  2 came with it",
        new Presentation(session.value(), Set.of(another, sessionId(scene.session())), CLIENT));
    refused(
        RefusalReason.MALFORMED_SESSION_ID,
        "session id  REFUSED  one came with it",
        new Presentation(session.value(), Set.of(sessionId + " "), CLIENT));
    refused(
        RefusalReason.WRONG_SESSION_ID,
        "session id  REFUSED  one came with it",
        new Presentation(session.value(), Set.of(another), CLIENT));
    refused(
        RefusalReason.WRONG_CLIENT,
        "client      REFUSED  bound to 192.0.2.1, comes from 192.0.2.2",
        new Presentation(session.value(), Set.of(sessionId), NEIGHBOUR));
    refused(
        RefusalReason.OTHER_IP_VERSION,
        "client      REFUSED  bound to 192.0.2.1, comes from 2001:db8:0:0:0:0:0:1",
        new Presentation(session.value(), Set.of(sessionId), ClientAddress.parse("2001:db8::1")));
  }

  private void ofTheRecord() throws Exception {
    refused(RefusalReason.UNKNOWN_RECORD, "record      REFUSED", sealed(K1));
    IssuedToken open = scene.open(Duration.ZERO);
    TokenClaims asUser =
        new TokenClaims(
            open.record().id(), TokenKind.USER, AUDIENCE, open.record().issuedAt(), null);
    refused(
        RefusalReason.CLAIMS_MISMATCH,
        "agreement   REFUSED",
        Scene.codec(AUDIENCE, Scene.RING).encode(asUser));
    TokenRecord another = scene.open(Duration.ZERO).record();
    seen.add(RefusalReason.WRONG_RECORD);
    assertRefused(
        RefusalReason.WRONG_RECORD,
        "record      REFUSED  of 'alice'",
        new Explainer(() -> Scene.RING, AUDIENCE, scene.clock, id -> Optional.of(another))
            .explain(rightly(open)));
  }

  private void ofTheEnd() throws Exception {
    IssuedToken open = scene.open(Duration.ofMinutes(10));
    IssuedToken closed = scene.open(Duration.ZERO);
    scene.service.revoke(closed.record().id());
    IssuedToken old = scene.service.issueApiClientToken(ALICE, "live", "till");
    IssuedToken successor = scene.service.refresh(Scene.asRequest(alone(old.value())));
    IssuedToken evicted = evicted(List.of(scene.session(), scene.session(), scene.session()));
    IssuedToken idle = scene.user();
    scene.clock.move(Duration.ofMinutes(15));
    refused(
        RefusalReason.CLOSED,
        "revocation  REFUSED  closed 2026-03-01T10:00:00Z, PT15M ago",
        alone(closed.value()));
    refused(
        RefusalReason.REPLACED,
        "revocation  REFUSED  replaced 2026-03-01T10:00:00Z, PT15M ago, by "
            + successor.record().id(),
        alone(old.value()));
    refused(
        RefusalReason.EVICTED,
        "revocation  REFUSED  evicted 2026-03-01T10:00:00Z, PT15M ago",
        rightly(evicted));
    refused(
        RefusalReason.EXPIRED,
        "expiry      REFUSED  expired at 2026-03-01T10:10:00Z, PT5M ago (regardless of use)",
        alone(open.value()));
    refused(
        RefusalReason.EXPIRED,
        "expiry      REFUSED  expired at 2026-03-01T10:15:00Z, PT0S ago (unless used: last used"
            + " 2026-03-01T10:00:00Z, idle timeout PT15M)",
        alone(idle.value()));
    Instant now = scene.clock.instant();
    scene.memory.sweep(now, now.minus(Duration.ofHours(1)), 1000);
    refused(RefusalReason.SWEPT, "revocation  REFUSED  expired", alone(open.value()));
  }

  /** Returns the evicted session. The order of sessions issued at the same time is undefined. */
  private IssuedToken evicted(List<IssuedToken> sessions) {
    return sessions.stream()
        .filter(one -> scene.memory.find(one.record().id()).orElseThrow().revocation() != null)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aGoodTokenPassesEveryCheckInTheOrderOfTheLibrary() throws Exception {
    IssuedToken session = scene.session();
    scene.clock.move(Duration.ofMinutes(10));
    Explanation explanation = scene.explain(rightly(session));
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
  void aTokenThatNeverExpiresIsAccepted() throws Exception {
    Explanation explanation = scene.explain(rightly(scene.open(Duration.ZERO)));
    assertThat(explanation.lines()).endsWith("ACCEPTED: It never expires.");
  }

  @Test
  void withoutAStoreAnAuthenticTokenIsNeitherAcceptedNorRefused() throws Exception {
    Explanation explanation = scene.explain(rightly(scene.open(Duration.ZERO)), null);
    assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.UNDECIDED);
    assertThat(explanation.lines()).contains("record      ?        no store was named");
    assertThat(last(explanation)).startsWith("UNDECIDED: It is authentic.");
  }

  @Test
  void withoutAStoreWhatIsWrongWithTheTokenItselfIsRefusedAllTheSame() throws Exception {
    String token = scene.session().value();
    assertThat(scene.explain(alone(token + "x"), null).verdict())
        .isEqualTo(Explanation.Verdict.REFUSED);
    assertRefused(
        RefusalReason.MISSING_SESSION_ID, "session id  REFUSED", scene.explain(alone(token), null));
  }

  @Test
  void aStoreThatDoesNotAnswerDecidesNothing() throws Exception {
    Explainer explainer =
        new Explainer(
            () -> Scene.RING,
            AUDIENCE,
            scene.clock,
            id -> {
              throw new TokenStoreException("the database is down", null, true);
            });
    Explanation explanation = explainer.explain(rightly(scene.open(Duration.ZERO)));
    assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.UNDECIDED);
    assertThat(explanation.lines())
        .contains("record      ?        the store did not answer: the database is down");
  }

  @Test
  void whereTheClientIsNotKnownOnlyABoundTokenIsUndecided() throws Exception {
    IssuedToken session = scene.session();
    Presentation unknown = new Presentation(session.value(), Set.of(sessionId(session)), null);
    Explanation explanation = scene.explain(unknown);
    assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.UNDECIDED);
    assertThat(explanation.lines())
        .contains("client      ?        bound to 192.0.2.1, comes from an unknown client");
    IssuedToken open = scene.open(Duration.ZERO);
    assertThat(scene.explain(new Presentation(open.value(), Set.of(), null)).verdict())
        .isEqualTo(Explanation.Verdict.ACCEPTED);
    scene.service.revoke(session.record().id());
    assertRefused(RefusalReason.CLOSED, "revocation  REFUSED  closed", scene.explain(unknown));
  }

  @Test
  void whatComesAfterTheReasonIsShownButDoesNotCount() throws Exception {
    IssuedToken session = scene.session();
    scene.service.revoke(session.record().id());
    Explanation explanation = scene.explain(alone(session.value()));
    assertRefused(RefusalReason.MISSING_SESSION_ID, "session id  REFUSED", explanation);
    assertThat(explanation.lines())
        .contains("revocation  -        closed 2026-03-01T10:00:00Z, PT0S ago");
  }

  @Test
  void aSubjectCannotDrawOnTheTerminal() throws Exception {
    IssuedToken token =
        scene.service.issueOpen(
            org.tokenfilter.token.Subject.of("a\u001b[2J\u202e\nb", "user"), Duration.ZERO, CLIENT);
    assertThat(scene.explain(rightly(token)).lines())
        .contains("record      ok       of 'a?[2J??b'");
  }

  private String sealed(ContentKey key) {
    return Scene.codec(key)
        .encode(new TokenClaims(id(1), TokenKind.OPEN, AUDIENCE, scene.clock.instant(), null));
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

  private void refused(RefusalReason reason, String line, String token) {
    refused(reason, line, alone(token));
  }

  private void refused(RefusalReason reason, String line, Presentation presented) {
    seen.add(reason);
    Explanation explanation = scene.explain(presented);
    assertRefused(reason, line, explanation);
    assertSilent(explanation, presented);
    assertThat(isRefusedByTheLibrary(presented)).as(reason.name()).isTrue();
  }

  private boolean isRefusedByTheLibrary(Presentation presented) {
    try {
      scene.service.validate(Scene.asRequest(presented));
      return false;
    } catch (TokenRejectedException refused) {
      return true;
    }
  }

  private static void assertRefused(RefusalReason reason, String line, Explanation explanation) {
    assertThat(explanation.verdict()).as(reason.name()).isEqualTo(Explanation.Verdict.REFUSED);
    assertThat(explanation.lines()).as(reason.name()).anyMatch(one -> one.startsWith(line));
    assertThat(last(explanation))
        .startsWith("REFUSED: " + reason.sentence() + " Its sender receives");
  }

  /**
   * Asserts that no eight characters of a part of the token or of a session id are shown, and no
   * attribute.
   */
  static void assertSilent(Explanation explanation, Presentation presented) {
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

  private static String last(Explanation explanation) {
    return explanation.lines().get(explanation.lines().size() - 1);
  }
}
