package org.tokenfilter.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/** Case P04: the texts of this package's values in logs, and the copies that they keep. */
class TokenValuesTest {

  private static final String TOKEN = "eyJhbGciOiJkaXIifQ..iv.text.tag";
  private static final SessionId SESSION_ID =
      SessionId.parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");

  @Test
  void issuedTokenShowsItsHandle() {
    TokenRecord record = TokenRecords.of(TokenKind.SESSION).build();

    assertThat(new IssuedToken(TOKEN, SESSION_ID, record))
        .hasToString("IssuedToken[kind=SESSION, handle=" + record.id() + "]");
  }

  @Test
  void presentedTokenShowsItsClient() {
    PresentedToken presented =
        new PresentedToken(
            TOKEN, Set.of(SESSION_ID.value()), ClientAddress.parse("192.0.2.1"), false);

    assertThat(presented).hasToString("PresentedToken[client=192.0.2.1]");
  }

  @Test
  void rejectionShowsItsDetail() {
    TokenRejectedException refused = new TokenRejectedException(Rejection.INVALID, "forged");

    assertThat(refused).hasMessage("forged");
    assertThat(refused.detail()).isEqualTo("forged");
    assertThat(refused.rejection()).isEqualTo(Rejection.INVALID);
    assertThat(refused.getStackTrace()).isEmpty();
  }

  /** Misuse is reported to the operator only; the sender gets the same answer as for others. */
  @Test
  void misuseIsInvalidForTheSenderAndMisuseForTheOperator() {
    TokenRejectedException misuse = new TokenRejectedException(RefusalCause.WRONG_CLIENT, "stolen");

    assertThat(misuse.isMisuse()).isTrue();
    assertThat(misuse.rejection()).isEqualTo(Rejection.INVALID);
    assertThat(misuse.detail()).isEqualTo("stolen");
    assertThat(new TokenRejectedException(Rejection.INVALID, "stolen").isMisuse()).isFalse();
  }

  @Test
  void terminalRejectionsAreExpiredClosedReplacedEvicted() {
    assertThat(Rejection.values())
        .filteredOn(Rejection::isTerminal)
        .containsExactlyInAnyOrder(
            Rejection.EXPIRED, Rejection.CLOSED, Rejection.REPLACED, Rejection.EVICTED);
  }

  @Test
  void presentedTokenCopiesItsSessionIds() {
    Set<String> ids = new HashSet<>(Set.of("one"));
    PresentedToken presented =
        new PresentedToken(TOKEN, ids, ClientAddress.parse("192.0.2.1"), false);
    ids.add("two");

    assertThat(presented.sessionIds()).containsExactly("one");
  }

  @Test
  void subjectCopiesItsRoles() {
    Set<String> roles = new HashSet<>(Set.of("user"));
    Subject subject = new Subject("alice", roles, Map.of());
    roles.add("admin");

    assertThat(subject).isEqualTo(Subject.of("alice", "user"));
  }
}
