package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.ALICE;
import static org.tokenfilter.service.Scene.CLIENT_LIFETIME;

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
class ApiClientScheduleTest {

  private static final Duration MILLI = Duration.ofMillis(1);
  private static final int MOST_STEPS = 7;
  private static final int SEEDS = 400;

  /**
   * The token expires after the refresh has validated it and before the refresh calls the store.
   */
  @Test
  void aRefreshThatIsOvertakenByTheDeadlineAndByANewLoginIsRefused() throws Exception {
    Scene scene = new Scene();
    IssuedToken old = scene.apiClient();
    scene.clock.move(CLIENT_LIFETIME.minus(MILLI));
    FaultyTokenStore slow = new FaultyTokenStore(scene.memory);
    List<IssuedToken> issued = new ArrayList<>();
    slow.before(
        Call.REPLACE,
        1,
        () -> {
          scene.clock.move(MILLI);
          try {
            issued.add(scene.apiClient());
          } catch (TokenRejectedException e) {
            throw new AssertionError(e);
          }
        });

    TokenService refreshing = scene.over(slow, Scene.POLICY);
    assertRefused(Rejection.EXPIRED, () -> refreshing.refresh(Scene.presented(old)));
    assertThat(scene.live()).containsExactly(issued.get(0).record());
  }

  /**
   * Runs each order of the calls of a refresh and a login, with the deadline before each of them.
   */
  @Test
  void noOrderOfTheirCallsLeavesTwo() throws Exception {
    int schedules = 0;
    for (int order = 0; order < 1 << MOST_STEPS; order++) {
      for (int expiry = 0; expiry <= MOST_STEPS; expiry++) {
        Scene scene = new Scene();
        run(scene, scene.clock, scene.clock, order, expiry);
        assertThat(scene.live())
            .as("order %s, deadline before call %d", Integer.toBinaryString(order), expiry)
            .hasSizeLessThanOrEqualTo(1);
        schedules++;
      }
    }
    assertThat(schedules).isEqualTo((1 << MOST_STEPS) * (MOST_STEPS + 1));
  }

  /** Runs the same with the clock of one node ahead, or behind, by up to ten minutes. */
  @Test
  void noOrderLeavesTwoWhereClocksAreApart() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Scene scene = new Scene();
      SettableClock other =
          new SettableClock(scene.clock.instant().plusMillis(random.nextInt(1_200_000) - 600_000));
      run(
          scene,
          scene.clock,
          other,
          random.nextInt(1 << MOST_STEPS),
          random.nextInt(MOST_STEPS + 1));
      assertThat(unended(scene)).as("seed %d", seed).hasSizeLessThanOrEqualTo(1);
    }
  }

  private static void run(
      Scene scene, SettableClock refreshing, SettableClock opening, int order, int expiry)
      throws Exception {
    IssuedToken old = scene.apiClient();
    Duration nearly = CLIENT_LIFETIME.minus(MILLI);
    scene.clock.move(nearly);
    if (!opening.equals(scene.clock)) {
      opening.move(nearly);
    }
    ScheduledStore store = new ScheduledStore(scene.memory);
    ScheduledStore.Worker refresh =
        store.worker(
            seen -> {
              TokenService service = scene.over(seen, Scene.POLICY, refreshing);
              return () -> service.refresh(Scene.presented(old));
            });
    ScheduledStore.Worker login =
        store.worker(
            seen -> {
              TokenService service = scene.over(seen, Scene.POLICY, opening);
              return () -> service.issueApiClientToken(ALICE, "live", "shop");
            });
    for (int step = 0; step < MOST_STEPS; step++) {
      if (step == expiry) {
        scene.clock.move(MILLI);
        if (!opening.equals(scene.clock)) {
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

  private static List<TokenRecord> unended(Scene scene) {
    return scene.memory.list(ALICE.name(), Instant.EPOCH, null, 10);
  }
}
