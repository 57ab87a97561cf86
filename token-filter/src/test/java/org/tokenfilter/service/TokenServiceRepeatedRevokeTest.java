package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.policy.TokenPolicy.ReusePolicy;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;

/**
 * Repeated revocations. The first call may have failed with an unknown outcome. By the time a
 * repeated call reports the token as revoked, the store must have ensured that all nodes receive
 * the revocation (S12).
 */
class TokenServiceRepeatedRevokeTest {

  private final ServiceFixture fixture = new ServiceFixture();
  private final FaultyTokenStore store = new FaultyTokenStore(fixture.memory);
  private final TokenService service =
      fixture.newService(
          store,
          ServiceFixture.refreshing(Duration.ofMinutes(1), ReusePolicy.REPORT),
          fixture.listener);

  private int revokeCalls() {
    return store.callCount(Call.REVOKE);
  }

  @Test
  void repeatedLogoutIsRejectedButCallsTheStoreAgain() throws Exception {
    for (IssuedToken token :
        List.of(fixture.issueSession(), fixture.issueUser(), fixture.issueOpen(Duration.ZERO))) {
      fixture.memory.revoke(
          token.record().id(), Revocation.of(RevocationReason.CLOSED, fixture.clock.instant()));
      int before = revokeCalls();

      assertRejected(Rejection.CLOSED, () -> service.logout(ServiceFixture.presented(token)));

      assertThat(revokeCalls()).isEqualTo(before + 1);
    }
    IssuedToken user = fixture.issueUser();
    service.logoutUser(ServiceFixture.presented(user));
    int before = revokeCalls();
    assertRejected(Rejection.CLOSED, () -> service.logoutUser(ServiceFixture.presented(user)));
    assertThat(revokeCalls()).isEqualTo(before + 1);
  }

  @Test
  void repeatedRevocationCallsTheStoreAgain() throws Exception {
    IssuedToken token = fixture.issueOpen(Duration.ZERO);
    service.revoke(token.value());
    int before = revokeCalls();
    service.revoke(token.value());

    assertThat(revokeCalls()).isEqualTo(before + 1);
  }

  /** If clocks differ, other nodes still accept the expired token. */
  @Test
  void revokesExpiredToken() throws Exception {
    IssuedToken token = fixture.issueOpen(Duration.ofMinutes(5));
    fixture.clock.move(Duration.ofMinutes(5));
    service.revoke(token.value());

    assertThat(fixture.stored(token.record().id()).revocation()).isNotNull();
  }

  @Test
  void logoutWithExpiredTokenIsRejectedAndRevokesNothing() throws Exception {
    IssuedToken token = fixture.issueOpen(Duration.ofMinutes(5));
    fixture.clock.move(Duration.ofMinutes(5));

    assertRejected(Rejection.EXPIRED, () -> service.logout(ServiceFixture.presented(token)));
    assertThat(fixture.stored(token.record().id()).revocation()).isNull();
  }

  @Test
  void revokingAnIdTwiceCallsTheStoreTwice() throws Exception {
    IssuedToken token = fixture.issueSession();
    service.revoke("alice", token.record().id());
    int before = revokeCalls();

    assertThat(service.revoke("alice", token.record().id())).isTrue();
    assertThat(revokeCalls()).isEqualTo(before + 1);
  }

  @Test
  void repeatedRefreshReacknowledgesTheOldTokensRevocation() throws Exception {
    IssuedToken old = fixture.issueApiClient();
    IssuedToken successor = service.refresh(ServiceFixture.presented(old));
    int before = revokeCalls();

    assertThat(service.refresh(ServiceFixture.presented(old)).record())
        .isEqualTo(successor.record());
    assertThat(revokeCalls()).isEqualTo(before + 1);
    store.failBefore(Call.REVOKE, 1);
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.refresh(ServiceFixture.presented(old)));
  }

  @Test
  void repeatedRevocationNotifiesNoListener() throws Exception {
    IssuedToken token = fixture.issueOpen(Duration.ZERO);
    service.revoke(token.value());
    fixture.listener.events();
    service.revoke(token.value());
    service.revoke(token.record().id());

    assertThat(fixture.listener.events()).isEmpty();
    assertThat(service.revokeAll("alice")).isZero();
    assertThat(fixture.liveTokens()).isEmpty();
  }
}
