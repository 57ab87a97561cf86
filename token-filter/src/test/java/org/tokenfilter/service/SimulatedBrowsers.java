package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.TokenRejectedException;

/** Browsers that get session tokens and use them. */
final class SimulatedBrowsers implements SimulatedClient {

  private static final double ISSUED = 0.07;
  private static final double PASSIVE = 0.1;

  private final Simulation simulation;
  private final RecentItems<IssuedToken> tokens = new RecentItems<>();

  SimulatedBrowsers(Simulation simulation) {
    this.simulation = simulation;
  }

  @Override
  public void sendRequest(SimulatedNode node) {
    IssuedToken token = tokens.pickRecent(simulation);
    if (token == null || simulation.happens(ISSUED)) {
      issue(node);
    } else {
      use(node, token);
    }
  }

  private void issue(SimulatedNode node) {
    try {
      IssuedToken token =
          node.service.issueSession(
              simulation.nextSubject(), Duration.ZERO, ServiceFixture.CLIENT, Set.of());
      tokens.add(token);
      simulation.checker().issued(token.record());
    } catch (TokenStoreException unknown) {
      return;
    } catch (TokenRejectedException full) {
      simulation.checker().limits().refused(node, full);
    }
  }

  private void use(SimulatedNode node, IssuedToken token) {
    InvariantChecker checker = simulation.checker();
    Instant begin = simulation.time();
    try {
      ActiveToken used =
          node.service.validate(
              simulation.happens(PASSIVE)
                  ? ServiceFixture.presentedPassively(token)
                  : ServiceFixture.presented(token));
      checker.accepted(node, used, begin);
      node.completeRequest(used);
    } catch (TokenStoreException unknown) {
      return;
    } catch (TokenRejectedException refused) {
      checker.refused(node, token.record(), begin, refused);
    }
  }
}
