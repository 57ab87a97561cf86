package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.CLIENT;
import static org.tokenfilter.service.ServiceFixture.presented;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.policy.TokenPolicy.ReusePolicy;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.Race;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.OpenedSession;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;

/** What an application changes of live tokens and sessions. */
final class TokenSessionsTest {

  private static final Set<String> ADMIN = Set.of("admin");

  private final ServiceFixture fixture = new ServiceFixture();
  private final TestNode node = new TestNode(fixture).polled();
  private final TokenSessions sessions = node.service.sessions();

  private TokenDetails details(IssuedToken token) {
    return fixture.stored(token.record().id()).details();
  }

  private void amendElsewhere(TokenId id) {
    TokenRecord record = fixture.stored(id);
    assertThat(
            fixture.memory.amend(
                id,
                record.version(),
                record.details().amended(record.version() + 1).label("elsewhere").build(),
                fixture.clock.instant()))
        .isEqualTo(AmendResult.AMENDED);
  }

  @Test
  void getReadsTheStoreAndShowsOnlyLiveTokens() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.validate(token);
    amendElsewhere(token.record().id());

    assertThat(sessions.get(token.record().id()).orElseThrow().details().label())
        .isEqualTo("elsewhere");
    assertThat(sessions.get(fixture.newId())).isEmpty();
    node.revokeElsewhere(token);
    assertThat(sessions.get(token.record().id())).isEmpty();
    IssuedToken expired = fixture.issueSession();
    node.advance(ServiceFixture.SESSION_IDLE);
    assertThat(sessions.get(expired.record().id())).isEmpty();
  }

  @Test
  void changeIsVisibleOnThisNodeAtOnceAndElsewhereAfterAPoll() throws Exception {
    IssuedToken token = fixture.issueSession();
    TestNode other = new TestNode(fixture).polled();
    node.validate(token);
    other.validate(token);

    assertThat(sessions.setRoles(token.record().id(), ADMIN)).isEqualTo(AmendResult.AMENDED);

    assertThat(node.validate(token).roles()).isEqualTo(ADMIN);
    assertThat(other.validate(token).roles()).isNotEqualTo(ADMIN);
    assertThat(other.polled().validate(token).roles()).isEqualTo(ADMIN);
    assertThat(other.listener.events()).as("no end").noneMatch(event -> event.contains("ended"));
  }

  /** Other changes between reading and writing are no changes of the data. */
  @Test
  void dataIsReplacedUnlessOtherDataCameFirst() throws Exception {
    IssuedToken token = fixture.issueSession();
    TokenRecord read = sessions.get(token.record().id()).orElseThrow();
    amendElsewhere(read.id());

    assertThat(sessions.setData(read, Map.of("cart", "1"))).isEqualTo(AmendResult.AMENDED);
    assertThat(sessions.setData(read, Map.of("cart", "2"))).isEqualTo(AmendResult.STALE);

    assertThat(details(token).data()).containsExactly(Map.entry("cart", "1"));
    assertThat(details(token).label()).isEqualTo("elsewhere");
    node.revokeElsewhere(token);
    assertThat(sessions.setData(read, Map.of())).isEqualTo(AmendResult.ENDED);
  }

  /** Each of them counts, so no update is lost. */
  @Test
  void concurrentChangesOfDataLoseNone() throws Exception {
    IssuedToken token = fixture.issueSession();
    List<TokenSessions> nodes =
        List.of(sessions, new TestNode(fixture).service.sessions(), sessions);
    Race.of(
        nodes.size(),
        number -> {
          for (int i = 0; i < 50; i++) {
            increment(nodes.get(number), token.record().id());
          }
          return true;
        });

    assertThat(details(token).data()).containsExactly(Map.entry("count", "150"));
  }

  private static void increment(TokenSessions sessions, TokenId id) {
    AmendResult result;
    do {
      TokenRecord read = sessions.get(id).orElseThrow();
      int count = Integer.parseInt(read.details().data().getOrDefault("count", "0"));
      result = sessions.setData(read, Map.of("count", String.valueOf(count + 1)));
    } while (result == AmendResult.STALE);
    assertThat(result).isEqualTo(AmendResult.AMENDED);
  }

  @Test
  void dataOfTheLibraryStays() throws Exception {
    IssuedToken token = fixture.issueSession();
    TokenRecord record = token.record();
    fixture.memory.amend(
        record.id(),
        0,
        record.details().amended(1).data(Map.of(".own", "1", "a", "1")).build(),
        fixture.clock.instant());

    sessions.setData(
        sessions.get(record.id()).orElseThrow(), Map.of(".own", "2", ".more", "2", "b", "2"));

    assertThat(details(token).data()).isEqualTo(Map.of(".own", "1", "b", "2"));
  }

  @Test
  void invalidValuesChangeNothing() throws Exception {
    IssuedToken token = fixture.issueSession();
    TokenRecord record = token.record();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> sessions.setData(record, Map.of("a", "x".repeat(8193))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sessions.setLabel("alice", record.id(), "x".repeat(65)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sessions.setRoles(record.id(), Set.of("x".repeat(32_769))));
    assertThat(fixture.stored(record.id())).isEqualTo(record);
  }

  @Test
  void labelBelongsToTheSubject() throws Exception {
    IssuedToken token = fixture.issueSession();
    TokenId id = token.record().id();

    assertThat(sessions.setLabel("bob", id, "mine")).isEqualTo(AmendResult.ENDED);
    assertThat(sessions.setLabel("alice", fixture.newId(), "x")).isEqualTo(AmendResult.ENDED);
    assertThat(details(token).label()).isNull();
    assertThat(sessions.setLabel("alice", id, "mine")).isEqualTo(AmendResult.AMENDED);
    assertThat(details(token).label()).isEqualTo("mine");
    assertThat(sessions.setLabel("alice", id, null)).isEqualTo(AmendResult.AMENDED);
    assertThat(details(token).label()).isNull();
  }

  @Test
  void equalValueIsNotWritten() throws Exception {
    IssuedToken token = fixture.issueSession();

    assertThat(sessions.setRoles(token.record().id(), token.record().roles()))
        .isEqualTo(AmendResult.AMENDED);
    assertThat(node.store.callCount(Call.AMEND)).isZero();
  }

  @Test
  void amendmentIsTriedAgainAFewTimes() throws Exception {
    IssuedToken token = fixture.issueSession();
    TokenId id = token.record().id();
    for (int i = 1; i < Amender.MAX_TRIES; i++) {
      node.store.before(Call.AMEND, i, () -> amendElsewhere(id));
    }
    assertThat(sessions.setRoles(id, ADMIN)).isEqualTo(AmendResult.AMENDED);

    for (int i = 1; i <= Amender.MAX_TRIES; i++) {
      node.store.before(Call.AMEND, i, () -> amendElsewhere(id));
    }
    assertThat(sessions.setRoles(id, Set.of("other"))).isEqualTo(AmendResult.STALE);
    assertThat(details(token).roles()).isEqualTo(ADMIN);
  }

  @Test
  void rolesOfASubjectChangeOnAllLiveTokens() throws Exception {
    List<IssuedToken> all =
        new ArrayList<>(
            List.of(fixture.issueSession(), fixture.issueUser(), fixture.issueApiClient()));
    OpenedSession session = fixture.service.openSession(fixture.validate(all.get(1)));
    IssuedToken closed = fixture.issueSession();
    node.revokeElsewhere(closed);
    IssuedToken bobs = fixture.service.issueOpen(Subject.of("bob", "user"), Duration.ZERO, CLIENT);

    assertThat(sessions.setRoles("alice", ADMIN)).isEqualTo(all.size() + 1);

    for (IssuedToken token : all) {
      assertThat(node.validate(token).roles()).isEqualTo(ADMIN);
    }
    assertThat(fixture.stored(session.id().tokenId()).roles()).isEqualTo(ADMIN);
    assertThat(details(closed).version()).isZero();
    assertThat(details(bobs).roles()).containsExactly("user");
    assertThat(sessions.setRoles("alice", ADMIN)).isZero();
  }

  /** The refresh takes the roles of the version that it was made from. */
  @Test
  void refreshDoesNotKeepTheOldRoles() throws Exception {
    IssuedToken token = fixture.issueApiClient();
    List<IssuedToken> successor = new ArrayList<>();
    node.store.before(Call.AMEND, 1, () -> successor.add(refreshed(fixture.service, token)));

    assertThat(sessions.setRoles("alice", ADMIN)).isOne();

    assertThat(details(successor.get(0)).roles()).isEqualTo(ADMIN);
    assertRejected(Rejection.REPLACED, () -> node.validate(token));
  }

  private static IssuedToken refreshed(TokenService service, IssuedToken token) {
    try {
      return service.refresh(presented(token));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void successorInheritsTheNewestDetails() throws Exception {
    IssuedToken token = fixture.issueApiClient();
    node.validate(token);
    amendElsewhere(token.record().id());
    node.store.before(Call.REPLACE, 1, () -> amendRolesElsewhere(token.record().id()));

    IssuedToken successor = node.service.refresh(presented(token));

    assertThat(node.store.callCount(Call.REPLACE)).isEqualTo(2);
    TokenDetails inherited = details(successor);
    assertThat(inherited.version()).isZero();
    assertThat(inherited.roles()).isEqualTo(ADMIN);
    assertThat(inherited.label()).isEqualTo("elsewhere");
    assertThat(node.validate(successor).roles()).isEqualTo(ADMIN);
  }

  private void amendRolesElsewhere(TokenId id) {
    assertThat(fixture.service.sessions().setRoles(id, ADMIN)).isEqualTo(AmendResult.AMENDED);
  }

  @Test
  void refreshThatIsOvertakenAgainAndAgainIsRefused() throws Exception {
    FaultyTokenStore store = new FaultyTokenStore(fixture.memory);
    TokenService service =
        fixture.newService(store, ServiceFixture.refreshing(Duration.ZERO, ReusePolicy.REPORT));
    IssuedToken token = fixture.issueApiClient();
    for (int i = 1; i <= 8; i++) {
      store.before(Call.REPLACE, i, () -> amendElsewhere(token.record().id()));
    }

    assertRejected(Rejection.INVALID, () -> service.refresh(presented(token)));

    assertThat(store.callCount(Call.REPLACE)).isEqualTo(8);
    assertThat(fixture.liveTokens()).hasSize(1);
    assertThat(service.refresh(presented(token)).record().subject()).isEqualTo("alice");
  }

  /** A role that was given on another node a moment ago must not be missed. */
  @Test
  void rereadShowsWhatTheMemoryDoesNotKnowYet() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.validate(token);
    amendRolesElsewhere(token.record().id());
    var known = node.validate(token);
    assertThat(known.roles()).isNotEqualTo(ADMIN);
    int finds = node.findCount();

    assertThat(node.service.reread(known).roles()).isEqualTo(ADMIN);

    assertThat(node.findCount()).isEqualTo(finds + 1);
    node.revokeElsewhere(token);
    assertRejected(Rejection.CLOSED, () -> node.service.reread(known));
  }

  @Test
  void unknownOutcomeIsAFailure() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.validate(token);
    node.store.failAfter(Call.AMEND, 1);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> sessions.setRoles(token.record().id(), ADMIN));

    assertThat(node.validate(token).roles()).as("read again").isEqualTo(ADMIN);
  }
}
