package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.service.ServiceFixture.CLIENT;
import static org.tokenfilter.service.ServiceFixture.CLIENT_LIFETIME;
import static org.tokenfilter.service.ServiceFixture.SESSION_IDLE;
import static org.tokenfilter.service.ServiceFixture.USER_IDLE;
import static org.tokenfilter.service.ServiceFixture.presentedPassively;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.RENEW;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.OpenedSession;

/** Passive uses, which do not extend the lifetime of a token. */
class TokenServicePassiveTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final ServiceFixture fixture = new ServiceFixture();
  private final FaultyTokenStore counted = new FaultyTokenStore(fixture.memory);
  private final TokenService service =
      fixture.newService(counted, ServiceFixture.POLICY, fixture.listener);

  @Test
  void passiveUseRenewsNothing() throws Exception {
    List<IssuedToken> tokens =
        List.of(
            fixture.issueSession(),
            fixture.issueUser(),
            fixture.issueOpen(Duration.ZERO),
            fixture.issueApiClient());
    fixture.clock.move(MINUTE.multipliedBy(2));
    fixture.listener.events();
    for (IssuedToken token : tokens) {
      ActiveToken used = service.validate(presentedPassively(token));
      assertThat(used.passive()).isTrue();

      service.renew(used);

      assertThat(fixture.stored(token.record().id())).isEqualTo(token.record());
    }
    assertThat(counted.callCount(RENEW)).isZero();
    assertThat(fixture.listener.events()).isEmpty();
  }

  @Test
  void passiveUseReturnsTheRemainingTime() throws Exception {
    IssuedToken session = fixture.issueSession();
    IssuedToken user = fixture.issueUser();
    IssuedToken client = fixture.issueApiClient();
    IssuedToken unlimited = fixture.issueOpen(Duration.ZERO);
    fixture.clock.move(MINUTE);

    assertThat(validatePassively(session).remaining()).isEqualTo(SESSION_IDLE.minus(MINUTE));
    assertThat(validatePassively(session).deadline()).isEqualTo(session.record().idleExpiresAt());
    assertThat(validatePassively(user).remaining()).isEqualTo(USER_IDLE.minus(MINUTE));
    assertThat(validatePassively(client).remaining()).isEqualTo(CLIENT_LIFETIME.minus(MINUTE));
    assertThat(validatePassively(unlimited).remaining()).isNull();
    assertThat(fixture.validate(session).remaining()).isEqualTo(SESSION_IDLE);
  }

  @Test
  void validTokenCanBeMadePassive() throws Exception {
    IssuedToken session = fixture.issueSession();
    fixture.clock.move(MINUTE);

    ActiveToken looked = service.validate(ServiceFixture.presented(session)).asPassive();
    service.renew(looked);

    assertThat(looked.remaining()).isEqualTo(SESSION_IDLE.minus(MINUTE));
    assertThat(counted.callCount(RENEW)).isZero();
  }

  @Test
  void passiveSessionUseRenewsNeitherSessionNorUserToken() throws Exception {
    IssuedToken user = fixture.issueUser();
    OpenedSession opened = fixture.service.openSession(fixture.validate(user));
    fixture.clock.move(MINUTE);
    fixture.service.renew(fixture.validate(user));
    fixture.clock.move(MINUTE);

    ActiveToken looked =
        service.useSession(service.validate(presentedPassively(user)), opened.id().value(), CLIENT);
    service.renew(looked);

    assertThat(looked.remaining()).isEqualTo(USER_IDLE.minus(MINUTE.multipliedBy(2)));
    assertThat(fixture.stored(opened.id().tokenId()).lastUsedAt())
        .isEqualTo(fixture.clock.instant().minus(MINUTE.multipliedBy(2)));
    assertThat(counted.callCount(RENEW)).isZero();
  }

  @Test
  void sessionMayBeOpenedPassively() throws Exception {
    IssuedToken user = fixture.issueUser();
    fixture.clock.move(MINUTE);

    OpenedSession opened = service.openSession(service.validate(presentedPassively(user)));
    service.renew(opened.token());

    assertThat(opened.token().passive()).isTrue();
    assertThat(opened.token().remaining()).isEqualTo(USER_IDLE);
    assertThat(fixture.stored(user.record().id())).isEqualTo(user.record());
    assertThat(counted.callCount(RENEW)).isZero();
  }

  @Test
  void introspectionIsPassive() throws Exception {
    IssuedToken session = fixture.issueSession();
    fixture.clock.move(MINUTE);

    ActiveToken inspected = service.introspect(session.value()).orElseThrow();
    service.renew(inspected);

    assertThat(inspected.remaining()).isEqualTo(SESSION_IDLE.minus(MINUTE));
    assertThat(counted.callCount(RENEW)).isZero();
  }

  private ActiveToken validatePassively(IssuedToken token) throws Exception {
    return service.validate(presentedPassively(token));
  }
}
