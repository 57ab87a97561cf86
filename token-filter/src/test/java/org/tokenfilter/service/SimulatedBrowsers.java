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
  private final Recent<IssuedToken> tokens = new Recent<>();

  SimulatedBrowsers(Simulation simulation) {
    this.simulation = simulation;
  }

  @Override
  public void ask(SimulatedNode node) {
    IssuedToken token = tokens.any(simulation);
    if (token == null || simulation.happens(ISSUED)) {
      issue(node);
    } else {
      use(node, token);
    }
  }

  private void issue(SimulatedNode node) {
    try {
      IssuedToken token =
          node.service.issueSession(simulation.subject(), Duration.ZERO, Scene.CLIENT, Set.of());
      tokens.add(token);
      simulation.oracle().issued(token.record());
    } catch (TokenStoreException unknown) {
      return;
    } catch (TokenRejectedException full) {
      simulation.oracle().limits().refused(node, full);
    }
  }

  private void use(SimulatedNode node, IssuedToken token) {
    Oracle oracle = simulation.oracle();
    Instant begin = simulation.time();
    try {
      ActiveToken used =
          node.service.validate(
              simulation.happens(PASSIVE) ? Scene.passively(token) : Scene.presented(token));
      oracle.accepted(node, used, begin);
      node.succeed(used);
    } catch (TokenStoreException unknown) {
      return;
    } catch (TokenRejectedException refused) {
      oracle.refused(node, token.record(), begin, refused);
    }
  }
}
