package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.ALICE;
import static org.tokenfilter.service.ServiceFixture.CLIENT_LIFETIME;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** All schedules of a refresh beside a new login: an API client has one live token after each. */
class TokenServiceApiClientScheduleTest {

  private static final Duration MILLI = Duration.ofMillis(1);
  private static final int MAX_STEPS = 7;
  private static final int SEEDS = 400;

  /**
   * The token expires after the refresh has validated it and before the refresh calls the store.
   */
  @Test
  void refreshOvertakenByExpiryAndNewLoginIsRejected() throws Exception {
    ServiceFixture fixture = new ServiceFixture();
    IssuedToken old = fixture.issueApiClient();
    fixture.clock.move(CLIENT_LIFETIME.minus(MILLI));
    FaultyTokenStore slow = new FaultyTokenStore(fixture.memory);
    List<IssuedToken> issued = new ArrayList<>();
    slow.before(
        Call.REPLACE,
        1,
        () -> {
          fixture.clock.move(MILLI);
          try {
            issued.add(fixture.issueApiClient());
          } catch (TokenRejectedException e) {
            throw new AssertionError(e);
          }
        });

    TokenService refreshing = fixture.newService(slow, ServiceFixture.POLICY);
    assertRejected(Rejection.EXPIRED, () -> refreshing.refresh(ServiceFixture.presented(old)));
    assertThat(fixture.liveTokens()).containsExactly(issued.get(0).record());
  }

  /**
   * Runs each order of the calls of a refresh and a login, with the deadline before each of them.
   */
  @Test
  void noCallOrderLeavesTwoLiveTokens() throws Exception {
    int schedules = 0;
    for (int order = 0; order < 1 << MAX_STEPS; order++) {
      for (int expiry = 0; expiry <= MAX_STEPS; expiry++) {
        ServiceFixture fixture = new ServiceFixture();
        run(fixture, fixture.clock, fixture.clock, order, expiry);
        assertThat(fixture.liveTokens())
            .as("order %s, deadline before call %d", Integer.toBinaryString(order), expiry)
            .hasSizeLessThanOrEqualTo(1);
        schedules++;
      }
    }
    assertThat(schedules).isEqualTo((1 << MAX_STEPS) * (MAX_STEPS + 1));
  }

  /** Runs the same with the clock of one node ahead, or behind, by up to ten minutes. */
  @Test
  void noCallOrderLeavesTwoLiveTokensDespiteClockSkew() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      ServiceFixture fixture = new ServiceFixture();
      SettableClock other =
          new SettableClock(
              fixture.clock.instant().plusMillis(random.nextInt(1_200_000) - 600_000));
      run(
          fixture,
          fixture.clock,
          other,
          random.nextInt(1 << MAX_STEPS),
          random.nextInt(MAX_STEPS + 1));
      assertThat(unrevoked(fixture)).as("seed %d", seed).hasSizeLessThanOrEqualTo(1);
    }
  }

  private static void run(
      ServiceFixture fixture,
      SettableClock refreshing,
      SettableClock opening,
      int order,
      int expiry)
      throws Exception {
    IssuedToken old = fixture.issueApiClient();
    Duration nearly = CLIENT_LIFETIME.minus(MILLI);
    fixture.clock.move(nearly);
    if (!opening.equals(fixture.clock)) {
      opening.move(nearly);
    }
    ScheduledStore store = new ScheduledStore(fixture.memory);
    ScheduledStore.Worker refresh =
        store.worker(
            seen -> {
              TokenService service = fixture.newService(seen, ServiceFixture.POLICY, refreshing);
              return () -> service.refresh(ServiceFixture.presented(old));
            });
    ScheduledStore.Worker login =
        store.worker(
            seen -> {
              TokenService service = fixture.newService(seen, ServiceFixture.POLICY, opening);
              return () -> service.issueApiClientToken(ALICE, "live", "shop");
            });
    for (int step = 0; step < MAX_STEPS; step++) {
      if (step == expiry) {
        fixture.clock.move(MILLI);
        if (!opening.equals(fixture.clock)) {
          opening.move(MILLI);
        }
      }
      (((order >> step) & 1) == 0 ? refresh : login).step();
    }
    for (ScheduledStore.Worker worker : List.of(refresh, login)) {
      Throwable failure = ScheduledStore.failureOf(worker);
      if (failure != null) {
        assertThat(failure).isInstanceOf(TokenRejectedException.class);
      }
    }
  }

  private static List<TokenRecord> unrevoked(ServiceFixture fixture) {
    return fixture.memory.list(ALICE.name(), Instant.EPOCH, null, 10);
  }
}
