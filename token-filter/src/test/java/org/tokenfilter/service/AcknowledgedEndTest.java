package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.service.Refusals.assertRefused;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.service.TokenPolicy.ReusePolicy;
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
class AcknowledgedEndTest {

  private final Scene scene = new Scene();
  private final FaultyTokenStore store = new FaultyTokenStore(scene.memory);
  private final TokenService service =
      scene.over(store, Scene.refreshing(Duration.ofMinutes(1), ReusePolicy.REPORT), scene.heard);

  private int ends() {
    return store.callCount(Call.REVOKE);
  }

  @Test
  void logOutWithADeadTokenIsRefusedAsBeforeAndTheStoreMakesSure() throws Exception {
    for (IssuedToken token : List.of(scene.session(), scene.user(), scene.open(Duration.ZERO))) {
      scene.memory.revoke(
          token.record().id(), Revocation.of(RevocationReason.CLOSED, scene.clock.instant()));
      int before = ends();

      assertRefused(Rejection.CLOSED, () -> service.logout(Scene.presented(token)));

      assertThat(ends()).isEqualTo(before + 1);
    }
    IssuedToken user = scene.user();
    service.logoutUser(Scene.presented(user));
    int before = ends();
    assertRefused(Rejection.CLOSED, () -> service.logoutUser(Scene.presented(user)));
    assertThat(ends()).isEqualTo(before + 1);
  }

  @Test
  void revocationOfADeadTokenAsksTheStoreToMakeSure() throws Exception {
    IssuedToken token = scene.open(Duration.ZERO);
    service.revoke(token.value());
    int before = ends();
    service.revoke(token.value());

    assertThat(ends()).isEqualTo(before + 1);
  }

  /** If clocks differ, other nodes still accept the expired token. */
  @Test
  void revocationEndsWhatHasExpired() throws Exception {
    IssuedToken token = scene.open(Duration.ofMinutes(5));
    scene.clock.move(Duration.ofMinutes(5));
    service.revoke(token.value());

    assertThat(scene.stored(token.record().id()).revocation()).isNotNull();
  }

  @Test
  void logOutWithAnExpiredTokenIsRefusedAndLeavesItToExpire() throws Exception {
    IssuedToken token = scene.open(Duration.ofMinutes(5));
    scene.clock.move(Duration.ofMinutes(5));

    assertRefused(Rejection.EXPIRED, () -> service.logout(Scene.presented(token)));
    assertThat(scene.stored(token.record().id()).revocation()).isNull();
  }

  @Test
  void handlesThatAreClosedTwiceAskTheStoreTwice() throws Exception {
    IssuedToken token = scene.session();
    service.revoke("alice", token.record().id());
    int before = ends();

    assertThat(service.revoke("alice", token.record().id())).isTrue();
    assertThat(ends()).isEqualTo(before + 1);
  }

  @Test
  void theSameSuccessorIsGivenOnceMoreOnlyWhenTheOldTokensEndIsSureToBeHeard() throws Exception {
    IssuedToken old = scene.apiClient();
    IssuedToken successor = service.refresh(Scene.presented(old));
    int before = ends();

    assertThat(service.refresh(Scene.presented(old)).record()).isEqualTo(successor.record());
    assertThat(ends()).isEqualTo(before + 1);
    store.failBefore(Call.REVOKE, 1);
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.refresh(Scene.presented(old)));
  }

  @Test
  void nobodyHearsOfItTwice() throws Exception {
    IssuedToken token = scene.open(Duration.ZERO);
    service.revoke(token.value());
    scene.heard.events();
    service.revoke(token.value());
    service.revoke(token.record().id());

    assertThat(scene.heard.events()).isEmpty();
    assertThat(service.revokeAll("alice")).isZero();
    assertThat(scene.live()).isEmpty();
  }
}
