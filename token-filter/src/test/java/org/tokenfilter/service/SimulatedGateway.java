package org.tokenfilter.service;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.OpenedSession;
import org.tokenfilter.token.TokenRejectedException;

/** A gateway whose users log in, open sessions of their user tokens, and continue in them. */
final class SimulatedGateway implements SimulatedClient {

  private static final int LOGIN = 50;
  private static final int OPEN = 150;
  private static final int OVERTAKE = 300;
  private static final int USE = 400;
  private static final int ALL = 1_000;
  private static final double PASSIVE = 0.1;

  private final Simulation simulation;
  private final RecentItems<IssuedToken> users = new RecentItems<>();
  private final RecentItems<Opened> sessions = new RecentItems<>();

  private record Opened(IssuedToken user, OpenedSession session) {}

  SimulatedGateway(Simulation simulation) {
    this.simulation = simulation;
  }

  @Override
  public void sendRequest(SimulatedNode node) {
    int what = simulation.nextInt(ALL);
    IssuedToken user = users.pickRecent(simulation);
    Opened opened = sessions.pickRecent(simulation);
    if (user == null || what < LOGIN) {
      login(node);
    } else if (opened == null || what < OPEN) {
      open(node, user);
    } else if (what < OVERTAKE) {
      // A slow request has validated the user token earlier.
      ActiveToken held = new ActiveToken(opened.user().record(), null, node.now()).asPassive();
      useSession(node, held, opened);
    } else if (what < USE) {
      ActiveToken used = validated(node, user);
      if (used != null) {
        node.completeRequest(used);
      }
    } else {
      ActiveToken used = validated(node, opened.user());
      if (used != null) {
        useSession(node, used, opened);
      }
    }
  }

  private void login(SimulatedNode node) {
    try {
      IssuedToken user =
          node.service.issueUser(simulation.nextSubject(), null, ServiceFixture.CLIENT);
      users.add(user);
      simulation.checker().issued(user.record());
    } catch (TokenStoreException unknown) {
      return;
    }
  }

  private void open(SimulatedNode node, IssuedToken user) {
    ActiveToken used = validated(node, user);
    if (used == null) {
      return;
    }
    Instant begin = simulation.time();
    try {
      OpenedSession session = node.service.openSession(used);
      sessions.add(new Opened(user, session));
      simulation.checker().issued(session.token().renewalTarget());
      node.completeRequest(session.token());
    } catch (TokenStoreException unknown) {
      return;
    } catch (TokenRejectedException refused) {
      if (refused.rejection().isTerminal()) {
        simulation.checker().refused(node, user.record(), begin, refused);
      } else {
        simulation.checker().limits().refused(node, refused);
      }
    }
  }

  private @Nullable ActiveToken validated(SimulatedNode node, IssuedToken user) {
    Instant begin = simulation.time();
    try {
      ActiveToken used =
          node.service.validateUser(
              simulation.happens(PASSIVE)
                  ? ServiceFixture.presentedPassively(user)
                  : ServiceFixture.presented(user));
      simulation.checker().accepted(node, used, begin);
      return used;
    } catch (TokenStoreException unknown) {
      return null;
    } catch (TokenRejectedException refused) {
      simulation.checker().refused(node, user.record(), begin, refused);
      return null;
    }
  }

  private void useSession(SimulatedNode node, ActiveToken user, Opened opened) {
    Instant begin = simulation.time();
    OpenedSession session = opened.session();
    try {
      ActiveToken used = node.service.useSession(user, session.id().value(), ServiceFixture.CLIENT);
      simulation.checker().accepted(node, used, begin);
      node.completeRequest(used);
    } catch (TokenStoreException unknown) {
      return;
    } catch (TokenRejectedException refused) {
      simulation.checker().refused(node, session.token().renewalTarget(), begin, refused);
    }
  }
}
