package org.tokenfilter.service;

import java.time.Instant;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.TokenRejectedException;

/** API clients with one token at a time, which they refresh, often more than once. */
final class SimulatedApiClients implements SimulatedClient {

  private static final double ISSUED = 0.1;
  private static final double REFRESHED = 0.3;
  private static final int CLIENTS = 2;

  private final Simulation simulation;
  private final RecentItems<IssuedToken> tokens = new RecentItems<>();

  SimulatedApiClients(Simulation simulation) {
    this.simulation = simulation;
  }

  @Override
  public void sendRequest(SimulatedNode node) {
    IssuedToken token = tokens.pickRecent(simulation);
    if (token == null || simulation.happens(ISSUED)) {
      issue(node);
    } else if (simulation.happens(REFRESHED)) {
      refresh(node, token);
    } else {
      use(node, token);
    }
  }

  private void issue(SimulatedNode node) {
    String client = "client" + simulation.nextInt(CLIENTS);
    try {
      IssuedToken token =
          node.service.issueApiClientToken(simulation.nextSubject(), "live", client);
      tokens.add(token);
      simulation.checker().issued(token.record());
    } catch (TokenStoreException unknown) {
      return;
    } catch (TokenRejectedException full) {
      simulation.checker().limits().refused(node, full);
    }
  }

  private void refresh(SimulatedNode node, IssuedToken token) {
    InvariantChecker checker = simulation.checker();
    Instant begin = simulation.time();
    Instant asked = node.now();
    try {
      IssuedToken successor = node.service.refresh(ServiceFixture.presented(token));
      tokens.add(successor);
      checker.families().refreshed(node, token.record().id(), successor.record(), asked);
    } catch (TokenStoreException unknown) {
      return;
    } catch (TokenRejectedException refused) {
      checker.refused(node, token.record(), begin, refused);
    }
  }

  private void use(SimulatedNode node, IssuedToken token) {
    InvariantChecker checker = simulation.checker();
    Instant begin = simulation.time();
    try {
      var used = node.service.validate(ServiceFixture.presented(token));
      checker.accepted(node, used, begin);
      node.completeRequest(used);
    } catch (TokenStoreException unknown) {
      return;
    } catch (TokenRejectedException refused) {
      checker.refused(node, token.record(), begin, refused);
    }
  }
}
