package org.tokenfilter.benchmark.http;

import java.sql.SQLException;
import java.util.List;
import org.tokenfilter.benchmark.database.Activity;
import org.tokenfilter.benchmark.database.Database;
import org.tokenfilter.benchmark.load.Load;
import org.tokenfilter.benchmark.load.Run;
import org.tokenfilter.benchmark.peer.Node;
import org.tokenfilter.benchmark.peer.Peer;
import org.tokenfilter.benchmark.peer.TokenFilterPeer;

/** A stack that is measured, with its results. */
final class Entrant implements AutoCloseable {

  private final Node node;
  private final boolean cold;
  private final List<byte[]> requests;
  private final double bytesAToken;
  private final Findings findings = new Findings();

  /**
   * Starts the stack, logs the clients in, and checks that it refuses a request without a token.
   *
   * @param peer the protection; closed with the stack
   * @param cold whether each token is new to the node in each turn
   * @param load the load generator
   * @param plan the amounts to measure
   */
  Entrant(Peer peer, boolean cold, Load load, Plan plan) throws Exception {
    this.node = new Node(peer);
    this.cold = cold;
    this.requests = node.requests(plan.clients());
    Database database = peer.database();
    this.bytesAToken =
        database == null ? -1 : (double) database.bytes(peer.tables()) / plan.clients();
    if (load.once(node.port(), List.of(Node.request(""))).good() > 0) {
      throw new IllegalStateException(name() + " accepts requests without a token");
    }
    findings.warmUpFailed(load.once(node.port(), requests).failed());
    findings.warmUpFailed(load.closed(node.port(), requests, plan.warmUp()).failed());
  }

  String name() {
    return node.peer().name();
  }

  boolean ours() {
    return node.peer() instanceof TokenFilterPeer;
  }

  Findings findings() {
    return findings;
  }

  /**
   * Returns the bytes per token of all tables and indexes right after the logins; negative if not
   * known.
   */
  double bytesAToken() {
    return bytesAToken;
  }

  /**
   * Measures the throughput: sends the same requests to this stack and to the unprotected node in
   * turns, so that disturbances affect both.
   */
  void race(Node bare, Load load, Plan plan) throws Exception {
    Run with = Run.NONE;
    Run without = Run.NONE;
    long databaseNanos = 0;
    int turns = cold ? plan.coldTurns() : plan.turns();
    for (int turn = 0; turn < turns; turn++) {
      boolean bareFirst = turn % 2 == 0;
      if (cold) {
        node.restart();
      }
      if (bareFirst) {
        without = without.and(run(bare, load, plan));
      }
      long cpu = databaseCpu();
      with = with.and(run(node, load, plan));
      databaseNanos += databaseCpu() - cpu;
      if (!bareFirst) {
        without = without.and(run(bare, load, plan));
      }
    }
    findings.add(with, without, databaseNanos);
  }

  private Run run(Node one, Load load, Plan plan) throws InterruptedException {
    return cold
        ? load.once(one.port(), requests)
        : load.closed(one.port(), requests, plan.closed());
  }

  /**
   * Measures latencies at a rate below saturation. A cold stack has none: each of its tokens is new
   * only once.
   */
  void time(Load load, Plan plan) throws InterruptedException {
    if (!cold) {
      findings.add(load.open(node.port(), requests, plan.rate(), plan.open()));
    }
  }

  /** Counts the work that is done in the database. */
  void count(Load load, Plan plan) throws Exception {
    Database database = node.peer().database();
    if (database == null) {
      return;
    }
    if (cold) {
      node.restart();
    }
    database.beginCounting();
    long good =
        cold
            ? load.once(node.port(), requests).good()
            : load.closed(node.port(), requests, plan.counted()).good();
    Activity activity = database.endCounting();
    findings.add(activity, good);
  }

  private long databaseCpu() throws SQLException {
    Database database = node.peer().database();
    return database == null ? 0 : database.cpuNanos();
  }

  @Override
  public void close() {
    node.close();
  }
}
