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
  private final Recent<IssuedToken> users = new Recent<>();
  private final Recent<Opened> sessions = new Recent<>();

  private record Opened(IssuedToken user, OpenedSession session) {}

  SimulatedGateway(Simulation simulation) {
    this.simulation = simulation;
  }

  @Override
  public void ask(SimulatedNode node) {
    int what = simulation.drawn(ALL);
    IssuedToken user = users.any(simulation);
    Opened opened = sessions.any(simulation);
    if (user == null || what < LOGIN) {
      login(node);
    } else if (opened == null || what < OPEN) {
      open(node, user);
    } else if (what < OVERTAKE) {
      // A slow request has validated the user token earlier.
      ActiveToken held = new ActiveToken(opened.user().record(), null, node.now()).asPassive();
      goOn(node, held, opened);
    } else if (what < USE) {
      ActiveToken used = validated(node, user);
      if (used != null) {
        node.succeed(used);
      }
    } else {
      ActiveToken used = validated(node, opened.user());
      if (used != null) {
        goOn(node, used, opened);
      }
    }
  }

  private void login(SimulatedNode node) {
    try {
      IssuedToken user = node.service.issueUser(simulation.subject(), null, Scene.CLIENT);
      users.add(user);
      simulation.oracle().issued(user.record());
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
      simulation.oracle().issued(session.token().renewalTarget());
      node.succeed(session.token());
    } catch (TokenStoreException unknown) {
      return;
    } catch (TokenRejectedException refused) {
      if (refused.rejection().isTerminal()) {
        simulation.oracle().refused(node, user.record(), begin, refused);
      } else {
        simulation.oracle().limits().refused(node, refused);
      }
    }
  }

  private @Nullable ActiveToken validated(SimulatedNode node, IssuedToken user) {
    Instant begin = simulation.time();
    try {
      ActiveToken used =
          node.service.validateUser(
              simulation.happens(PASSIVE) ? Scene.passively(user) : Scene.presented(user));
      simulation.oracle().accepted(node, used, begin);
      return used;
    } catch (TokenStoreException unknown) {
      return null;
    } catch (TokenRejectedException refused) {
      simulation.oracle().refused(node, user.record(), begin, refused);
      return null;
    }
  }

  private void goOn(SimulatedNode node, ActiveToken user, Opened opened) {
    Instant begin = simulation.time();
    OpenedSession session = opened.session();
    try {
      ActiveToken used = node.service.useSession(user, session.id().value(), Scene.CLIENT);
      simulation.oracle().accepted(node, used, begin);
      node.succeed(used);
    } catch (TokenStoreException unknown) {
      return;
    } catch (TokenRejectedException refused) {
      simulation.oracle().refused(node, session.token().renewalTarget(), begin, refused);
    }
  }
}
