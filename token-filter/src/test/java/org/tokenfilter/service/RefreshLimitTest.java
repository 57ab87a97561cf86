package org.tokenfilter.service;

import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.ALICE;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.tokenfilter.service.TokenRefresher.RefreshLimit;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;

/** The limit on refreshes, each of which leaves a dead record and a revocation for all nodes. */
class RefreshLimitTest {

  private final ServiceFixture fixture = new ServiceFixture();
  private final TestNode node = new TestNode(fixture);

  private IssuedToken refresh(IssuedToken token, int times) throws Exception {
    IssuedToken last = token;
    for (int i = 0; i < times; i++) {
      last = node.service.refresh(ServiceFixture.presented(last));
    }
    return last;
  }

  @Test
  void limitsRefreshesOfAnApiClientPerMinute() throws Exception {
    IssuedToken last = refresh(fixture.issueApiClient(), RefreshLimit.MAX_PER_MINUTE);
    node.advance(RefreshLimit.MINUTE.minusMillis(1));
    assertRejected(
        Rejection.TOO_MANY_REFRESHES, () -> node.service.refresh(ServiceFixture.presented(last)));
    // The token is as valid as before, and replaced tokens are still rejected as replaced.
    node.validate(last);

    node.advance(Duration.ofMillis(1));
    refresh(last, RefreshLimit.MAX_PER_MINUTE);
  }

  @Test
  void rejectedRefreshesAndOtherClientsDoNotCount() throws Exception {
    IssuedToken first = fixture.issueApiClient();
    IssuedToken last = refresh(first, RefreshLimit.MAX_PER_MINUTE - 1);
    for (int i = 0; i < RefreshLimit.MAX_PER_MINUTE; i++) {
      assertRejected(
          Rejection.REPLACED, () -> node.service.refresh(ServiceFixture.presented(first)));
    }
    refresh(
        fixture.service.issueApiClientToken(ALICE, "live", "another shop"),
        RefreshLimit.MAX_PER_MINUTE);

    refresh(last, 1);
  }
}
