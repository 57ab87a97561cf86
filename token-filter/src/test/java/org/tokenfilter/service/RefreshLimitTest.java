package org.tokenfilter.service;

import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.ALICE;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;

/** The limit on refreshes, each of which leaves a dead record and a revocation for all nodes. */
class RefreshLimitTest {

  private final Scene scene = new Scene();
  private final LiveNode node = new LiveNode(scene);

  private IssuedToken refresh(IssuedToken token, int times) throws Exception {
    IssuedToken last = token;
    for (int i = 0; i < times; i++) {
      last = node.service.refresh(Scene.presented(last));
    }
    return last;
  }

  @Test
  void anApiClientRefreshesSoOftenAMinute() throws Exception {
    IssuedToken last = refresh(scene.apiClient(), RefreshLimit.MAX_PER_MINUTE);
    node.pass(RefreshLimit.MINUTE.minusMillis(1));
    assertRefused(Rejection.TOO_MANY_REFRESHES, () -> node.service.refresh(Scene.presented(last)));
    // The token is as valid as before, and replaced tokens are still rejected as replaced.
    node.validate(last);

    node.pass(Duration.ofMillis(1));
    refresh(last, RefreshLimit.MAX_PER_MINUTE);
  }

  @Test
  void whatIsRefusedDoesNotCountAndOthersDoNotEither() throws Exception {
    IssuedToken first = scene.apiClient();
    IssuedToken last = refresh(first, RefreshLimit.MAX_PER_MINUTE - 1);
    for (int i = 0; i < RefreshLimit.MAX_PER_MINUTE; i++) {
      assertRefused(Rejection.REPLACED, () -> node.service.refresh(Scene.presented(first)));
    }
    refresh(
        scene.service.issueApiClientToken(ALICE, "live", "another shop"),
        RefreshLimit.MAX_PER_MINUTE);

    refresh(last, 1);
  }
}
