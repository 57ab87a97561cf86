package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.service.Scene.CLIENT;
import static org.tokenfilter.service.Scene.CLIENT_LIFETIME;
import static org.tokenfilter.service.Scene.SESSION_IDLE;
import static org.tokenfilter.service.Scene.USER_IDLE;
import static org.tokenfilter.service.Scene.passively;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.RENEW;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.OpenedSession;

/** Passive uses, which do not extend the lifetime of a token. */
class PassiveTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Scene scene = new Scene();
  private final FaultyTokenStore counted = new FaultyTokenStore(scene.memory);
  private final TokenService service = scene.over(counted, Scene.POLICY, scene.heard);

  @Test
  void aPassiveUseKeepsNothing() throws Exception {
    List<IssuedToken> tokens =
        List.of(scene.session(), scene.user(), scene.open(Duration.ZERO), scene.apiClient());
    scene.clock.move(MINUTE.multipliedBy(2));
    scene.heard.events();
    for (IssuedToken token : tokens) {
      ActiveToken used = service.validate(passively(token));
      assertThat(used.passive()).isTrue();

      service.renew(used);

      assertThat(scene.stored(token.record().id())).isEqualTo(token.record());
    }
    assertThat(counted.callCount(RENEW)).isZero();
    assertThat(scene.heard.events()).isEmpty();
  }

  @Test
  void whatRemainsIsWhatWasLeft() throws Exception {
    IssuedToken session = scene.session();
    IssuedToken user = scene.user();
    IssuedToken client = scene.apiClient();
    IssuedToken unlimited = scene.open(Duration.ZERO);
    scene.clock.move(MINUTE);

    assertThat(looked(session).remaining()).isEqualTo(SESSION_IDLE.minus(MINUTE));
    assertThat(looked(session).deadline()).isEqualTo(session.record().idleExpiresAt());
    assertThat(looked(user).remaining()).isEqualTo(USER_IDLE.minus(MINUTE));
    assertThat(looked(client).remaining()).isEqualTo(CLIENT_LIFETIME.minus(MINUTE));
    assertThat(looked(unlimited).remaining()).isNull();
    assertThat(scene.validate(session).remaining()).isEqualTo(SESSION_IDLE);
  }

  @Test
  void aTokenFoundGoodCanBeLookedAtInstead() throws Exception {
    IssuedToken session = scene.session();
    scene.clock.move(MINUTE);

    ActiveToken looked = service.validate(Scene.presented(session)).asPassive();
    service.renew(looked);

    assertThat(looked.remaining()).isEqualTo(SESSION_IDLE.minus(MINUTE));
    assertThat(counted.callCount(RENEW)).isZero();
  }

  @Test
  void inASessionWhatRemainsIsTheSessionsAndNeitherIsRenewed() throws Exception {
    IssuedToken user = scene.user();
    OpenedSession opened = scene.service.openSession(scene.validate(user));
    scene.clock.move(MINUTE);
    scene.service.renew(scene.validate(user));
    scene.clock.move(MINUTE);

    ActiveToken looked =
        service.useSession(service.validate(passively(user)), opened.id().value(), CLIENT);
    service.renew(looked);

    assertThat(looked.remaining()).isEqualTo(USER_IDLE.minus(MINUTE.multipliedBy(2)));
    assertThat(scene.stored(opened.id().tokenId()).lastUsedAt())
        .isEqualTo(scene.clock.instant().minus(MINUTE.multipliedBy(2)));
    assertThat(counted.callCount(RENEW)).isZero();
  }

  @Test
  void aSessionMayBeOpenedPassively() throws Exception {
    IssuedToken user = scene.user();
    scene.clock.move(MINUTE);

    OpenedSession opened = service.openSession(service.validate(passively(user)));
    service.renew(opened.token());

    assertThat(opened.token().passive()).isTrue();
    assertThat(opened.token().remaining()).isEqualTo(USER_IDLE);
    assertThat(scene.stored(user.record().id())).isEqualTo(user.record());
    assertThat(counted.callCount(RENEW)).isZero();
  }

  @Test
  void introspectionIsPassive() throws Exception {
    IssuedToken session = scene.session();
    scene.clock.move(MINUTE);

    ActiveToken inspected = service.introspect(session.value()).orElseThrow();
    service.renew(inspected);

    assertThat(inspected.remaining()).isEqualTo(SESSION_IDLE.minus(MINUTE));
    assertThat(counted.callCount(RENEW)).isZero();
  }

  private ActiveToken looked(IssuedToken token) throws Exception {
    return service.validate(passively(token));
  }
}
