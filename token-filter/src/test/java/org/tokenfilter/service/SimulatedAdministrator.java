package org.tokenfilter.service;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;

/** An administrator who lists, amends and revokes tokens by their ids. */
final class SimulatedAdministrator implements SimulatedClient {

  private static final int REVOKE = 400;
  private static final int AMEND = 560;
  private static final int LIST = 760;
  private static final int REVOKE_OTHERS = 880;
  private static final int ALL = 1_000;
  private static final int MANY = 10_000;

  private static final Comparator<TokenRecord> NEWEST_FIRST =
      Comparator.comparing(TokenRecord::issuedAt).reversed();

  private final Simulation simulation;

  SimulatedAdministrator(Simulation simulation) {
    this.simulation = simulation;
  }

  @Override
  public void sendRequest(SimulatedNode node) {
    int what = simulation.nextInt(ALL);
    TokenRecord record = simulation.checker().recentRecords().pickRecent(simulation);
    String subject = simulation.nextSubject().name();
    try {
      if (record != null && what < REVOKE) {
        revoke(node, record);
      } else if (record != null && what < AMEND) {
        amend(record);
      } else if (what < LIST) {
        list(node, subject);
      } else if (record != null && what < REVOKE_OTHERS) {
        revokeOthers(node, record);
      } else {
        revokeAll(node, subject);
      }
    } catch (TokenStoreException unknown) {
      return;
    }
  }

  private void revoke(SimulatedNode node, TokenRecord record) {
    RevocationInvariant revocations = simulation.checker().revocations();
    revocations.requested(record.id());
    node.service.revoke(record.id());
    revocations.confirmed(node, record.id());
  }

  /** Amends a token with a tool that is no node. */
  private void amend(TokenRecord record) {
    TokenRecord stored = simulation.stored(record.id());
    long version = simulation.nextVersion();
    TokenDetails details = stored.details().amended(version).label("version " + version).build();
    var unused =
        simulation.store().amend(record.id(), stored.version(), details, simulation.time());
  }

  private void revokeAll(SimulatedNode node, String subject) {
    List<TokenRecord> before = simulation.checker().of(subject);
    simulation.checker().revocations().requestedAll(subject, () -> node.service.revokeAll(subject));
    simulation.checker().revocations().confirmedAll(before, null);
  }

  private void revokeOthers(SimulatedNode node, TokenRecord current) {
    List<TokenRecord> others =
        simulation.checker().of(current.subject()).stream()
            .filter(record -> !record.id().equals(current.id()))
            .filter(record -> !Objects.equals(record.id(), current.parent()))
            .filter(record -> !Objects.equals(record.parent(), current.id()))
            .toList();
    simulation
        .checker()
        .revocations()
        .requestedAll(current.subject(), () -> node.service.revokeOthers(current));
    simulation.checker().revocations().confirmedAll(others, current.id());
  }

  private void list(SimulatedNode node, String subject) {
    InvariantChecker checker = simulation.checker();
    Instant begin = simulation.time();
    Set<TokenId> missing = new HashSet<>();
    simulation.liveRecords(subject, node.now()).forEach(record -> missing.add(record.id()));
    List<TokenRecord> listed = node.service.list(subject, null, MANY);
    for (TokenRecord record : listed) {
      missing.remove(record.id());
      if (!record.subject().equals(subject)
          || checker.revocations().isRevokedBefore(record.id(), begin)) {
        checker.report("listed though it was revoked", node, record.id());
      }
    }
    for (TokenId id : missing) {
      if (simulation.stored(id).revocation() == null) {
        checker.report("not listed though it was live", node, id);
      }
    }
    if (!listed.equals(listed.stream().sorted(NEWEST_FIRST).toList())) {
      checker.report("not listed newest first", node, listed.get(0).id());
    }
    if (!listed.isEmpty() && simulation.happens(0.5)) {
      revokeListed(node, listed.get(simulation.nextInt(listed.size())));
    }
  }

  /** Revokes a listed token, even one whose answer no client has received. */
  private void revokeListed(SimulatedNode node, TokenRecord record) {
    RevocationInvariant revocations = simulation.checker().revocations();
    revocations.requested(record.id());
    if (!node.service.revoke(record.subject(), record.id())) {
      simulation
          .checker()
          .report("not revoked though it belongs to the subject", node, record.id());
    }
    revocations.confirmed(node, record.id());
  }
}
