package org.tokenfilter.service;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;

/** An administrator who lists and revokes tokens by their ids. */
final class SimulatedAdministrator implements SimulatedClient {

  private static final int CLOSE = 560;
  private static final int LIST = 760;
  private static final int END_OTHERS = 880;
  private static final int ALL = 1_000;
  private static final int MANY = 10_000;

  private static final Comparator<TokenRecord> NEWEST_FIRST =
      Comparator.comparing(TokenRecord::issuedAt).reversed();

  private final Simulation simulation;

  SimulatedAdministrator(Simulation simulation) {
    this.simulation = simulation;
  }

  @Override
  public void ask(SimulatedNode node) {
    int what = simulation.drawn(ALL);
    TokenRecord record = simulation.oracle().known().any(simulation);
    String subject = simulation.subject().name();
    try {
      if (record != null && what < CLOSE) {
        close(node, record);
      } else if (what < LIST) {
        list(node, subject);
      } else if (record != null && what < END_OTHERS) {
        endOthers(node, record);
      } else {
        endAll(node, subject);
      }
    } catch (TokenStoreException unknown) {
      return;
    }
  }

  private void close(SimulatedNode node, TokenRecord record) {
    PromisedEnds ends = simulation.oracle().ends();
    ends.asked(record.id());
    node.service.revoke(record.id());
    ends.closed(node, record.id());
  }

  private void endAll(SimulatedNode node, String subject) {
    List<TokenRecord> before = simulation.oracle().of(subject);
    simulation.oracle().ends().askedAll(subject, () -> node.service.revokeAll(subject));
    simulation.oracle().ends().closedAll(before, null);
  }

  private void endOthers(SimulatedNode node, TokenRecord current) {
    List<TokenRecord> others =
        simulation.oracle().of(current.subject()).stream()
            .filter(record -> !record.id().equals(current.id()))
            .filter(record -> !Objects.equals(record.id(), current.parent()))
            .filter(record -> !Objects.equals(record.parent(), current.id()))
            .toList();
    simulation
        .oracle()
        .ends()
        .askedAll(current.subject(), () -> node.service.revokeOthers(current));
    simulation.oracle().ends().closedAll(others, current.id());
  }

  private void list(SimulatedNode node, String subject) {
    Oracle oracle = simulation.oracle();
    Instant begin = simulation.time();
    Set<TokenId> missing = new HashSet<>();
    simulation.live(subject, node.now()).forEach(record -> missing.add(record.id()));
    List<TokenRecord> listed = node.service.list(subject, null, MANY);
    for (TokenRecord record : listed) {
      missing.remove(record.id());
      if (!record.subject().equals(subject) || oracle.ends().isEndedBefore(record.id(), begin)) {
        oracle.wrong("listed though it was revoked", node, record.id());
      }
    }
    for (TokenId id : missing) {
      if (simulation.stored(id).revocation() == null) {
        oracle.wrong("not listed though it was live", node, id);
      }
    }
    if (!listed.equals(listed.stream().sorted(NEWEST_FIRST).toList())) {
      oracle.wrong("not listed newest first", node, listed.get(0).id());
    }
    if (!listed.isEmpty() && simulation.happens(0.5)) {
      closeListed(node, listed.get(simulation.drawn(listed.size())));
    }
  }

  /** Revokes a listed token, even one whose answer no client has received. */
  private void closeListed(SimulatedNode node, TokenRecord record) {
    PromisedEnds ends = simulation.oracle().ends();
    ends.asked(record.id());
    if (!node.service.revoke(record.subject(), record.id())) {
      simulation.oracle().wrong("not revoked though it belongs to the subject", node, record.id());
    }
    ends.closed(node, record.id());
  }
}
